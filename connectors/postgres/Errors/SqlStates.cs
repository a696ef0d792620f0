namespace Headgate.Connectors.Postgres.Errors;

/// <summary>What PostgreSQL's error codes mean here, in codes and words of our own.</summary>
static class SqlStates
{
    public const string RecordRejected = "record-rejected";

    /// <summary>Whether a value was refused: by its type, or by a check of its domain.</summary>
    public static bool IsOfValue(string state) => state[..2] is "22" or "23";

    public static (string Code, bool Retryable) Classify(string state) => state switch
    {
        "57014" => ("statement-timeout", true),
        "55P03" => ("lock-timeout", true),
        "40P01" or "40001" => ("deadlock", true),
        "53100" => ("disk-full", true),
        "53300" => ("too-many-connections", true),
        "25006" => ("read-only", false),
        "25P02" => ("transaction-aborted", true),
        "25P03" or "25P04" or "57P01" or "57P02" or "57P03" or "57P05" => ("unreachable", true),
        "3D000" or "57P04" => ("database-missing", false),
        "42501" => ("permission", false),
        "42P01" or "3F000" or "42704" => ("object-missing", false),
        "42703" => ("column-missing", false),
        "42883" => ("function-missing", false),
        "42804" or "42846" => ("type-mismatch", false),
        "55006" => ("object-in-use", true),
        _ => ClassifyClass(state[..2]),
    };

    static (string Code, bool Retryable) ClassifyClass(string stateClass) => stateClass switch
    {
        "08" => ("unreachable", true),
        "0A" => ("unsupported", false),
        "22" or "23" => (RecordRejected, false),
        "28" => ("password", false),
        "40" => ("deadlock", true),
        "42" => ("statement-invalid", false),
        "53" => ("resources", true),
        "58" => ("server-io", true),
        _ => ("server-error", false),
    };

    /// <summary>A cause that names no value; used where the server's message may hold one.</summary>
    public static string Cause(string state) => state switch
    {
        "22001" => "a value is too long for its column",
        "22003" => "a number is out of its type's range",
        "22004" or "22002" => "a value that must not be null is null",
        "22007" or "22008" => "a date or time is invalid or out of range",
        "22009" => "a time zone offset is out of range",
        "22012" => "division by zero",
        "22021" or "22P05" => "a text holds a character that the encoding cannot hold",
        "22023" => "a parameter has an invalid value",
        "22026" => "a bit string has the wrong length",
        "2202E" => "an array has invalid bounds",
        "22030" or "22032" => "a JSON document is invalid",
        "2200M" or "2200N" => "an XML document is invalid",
        "22P02" => "a text is not a valid value of its type",
        "22P03" => "a value is not in its type's binary form",
        "22P04" => "the COPY data are malformed",
        "22P06" => "a backslash escape is not allowed here",
        "23502" => "a value is null where the column does not allow it",
        "23503" => "a foreign key is violated",
        "23505" => "a unique key is there already",
        "23514" => "a check is violated",
        "23P01" => "an exclusion constraint is violated",
        "23001" => "a reference forbids the change",
        // In the middle of a COPY these come with a context, and then the server's words are not used.
        "25006" => "the session may only read",
        "40P01" or "40001" => "another transaction was in the way",
        "53100" => "the server's disk is full",
        "53200" => "the server is out of memory",
        "55P03" => "a lock was not had in time",
        "57014" => "the statement took too long",
        "57P01" or "57P02" or "57P03" => "the server has ended the session",
        "P0001" => "a trigger or function of the database raised an error",
        _ => ClassCause(state),
    };

    static string ClassCause(string state) => state[..2] switch
    {
        "22" => $"a value is invalid (SQLSTATE {state})",
        "23" => $"a constraint is violated (SQLSTATE {state})",
        "54" => $"a limit of the server is exceeded (SQLSTATE {state})",
        "58" => $"the server had an input or output error (SQLSTATE {state})",
        "P0" => $"a function of the database failed (SQLSTATE {state})",
        "XX" => $"internal error of the server (SQLSTATE {state})",
        _ => $"the server reported SQLSTATE {state}",
    };
}
