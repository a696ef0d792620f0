namespace Headgate.Connectors.Postgres.ChangeLog;

/// <summary>Staged values as text, as the log has them.</summary>
static class StagedText
{
    /// <summary>SQL: char(n) keeps its blanks.</summary>
    public static string Of(string column, string type) => type.StartsWith("character(", StringComparison.Ordinal) || type is "bpchar" or "character"
        ? $"pg_catalog.bpcharout({column})::text" : $"{column}::text";
}
