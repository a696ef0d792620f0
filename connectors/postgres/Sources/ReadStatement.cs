using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Builds what is read from a plan. No value of a record ever stands in the text.</summary>
static class ReadStatement
{
    public const string LowerSetting = "headgate.lower";
    public const string UpperSetting = "headgate.upper";

    public static string Fields(ReadPlan plan) => string.Join(", ", plan.Object.Fields.Select(f =>
        f.SourceCast is { } cast ? $"({SqlText.Identifier(f.Source)})::{cast}" : SqlText.Identifier(f.Source)));

    /// <summary>FROM and WHERE; children and partitions belong to the object, as in any query.</summary>
    public static string From(ReadPlan plan, IEnumerable<string> conditions)
    {
        var all = conditions.ToList();
        if (plan.Object.Filter is { } filter) all.Add(Parenthesized(filter));
        if (plan.Sample?.Filter is { } sampled) all.Add(Parenthesized(sampled));
        var where = all.Count == 0 ? "" : $" WHERE {string.Join(" AND ", all)}";
        return $" FROM {plan.Object.From}{where}";
    }

    /// <summary>On lines of its own, so that a comment at its end cannot take the parenthesis with it.</summary>
    public static string Parenthesized(string filter) => $"(\n{filter}\n)";

    public static bool Incremental(ReadPlan plan) => plan is { Lower: not null, Object.Cursor: not null };

    public static IReadOnlyList<string> KeyColumns(ReadPlan plan) => plan.Object.Key.Select(k => plan.Object.Fields[k].Source).ToArray();

    /// <summary>
    /// The window of an incremental read. A cursor without a zone is compared in the server's own; the hour that a clock change
    /// repeats is then ambiguous, and only the overlap helps.
    /// </summary>
    public static string? Window(ReadPlan plan) => Incremental(plan) ? $"{FromLower(plan)} AND {UpToUpper(plan)}" : null;

    /// <summary>Of an incremental read.</summary>
    public static string FromLower(ReadPlan plan) => $"{SqlText.Identifier(plan.Object.Cursor!.Name)} >= {Bound(plan, LowerSetting)}";

    /// <inheritdoc cref="FromLower"/>
    public static string UpToUpper(ReadPlan plan) => $"{SqlText.Identifier(plan.Object.Cursor!.Name)} <= {Bound(plan, UpperSetting)}";

    public static IEnumerable<(string Name, string Value)> WindowSettings(ReadPlan plan) =>
        Incremental(plan) ? [(LowerSetting, Text(plan.Lower!.Value)), (UpperSetting, Text(plan.Upper))] : [];

    // The bound is cast to the column's type, not the column to the bound's: an index on it stays usable.
    static string Bound(ReadPlan plan, string setting) =>
        $"pg_catalog.current_setting('{setting}')::pg_catalog.timestamptz"
            + (plan.Object.Cursor!.Type.Name == "timestamp" ? "::pg_catalog.timestamp" : "");

    static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.ffffff+00");
}
