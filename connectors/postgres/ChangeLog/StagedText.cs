namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Staged values as text, as the log has them.</summary>
static class StagedText
{
    /// <summary>SQL: char(n) keeps its blanks.</summary>
    public static string Of(string column, string type) => IsPadded(type) ? $"pg_catalog.bpcharout({column})::text" : $"{column}::text";

    /// <summary>Whether it is char(n); an array of them keeps the blanks of its elements by itself.</summary>
    public static bool IsPadded(string type) =>
        type is "bpchar" or "character" || (type.StartsWith("character(", StringComparison.Ordinal) && !type.EndsWith("[]", StringComparison.Ordinal));
}
