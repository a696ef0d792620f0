using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Undoing;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>The columns of a table whose rows are put back, and how entries of the log (u) are compared with its rows.</summary>
/// <param name="plan">The plan.</param>
/// <param name="fields">The logged fields.</param>
/// <param name="rest">All other columns that hold something of their own.</param>
sealed class UndoFields(ObjectPlan plan, IReadOnlyList<FieldShape> fields, IReadOnlyList<FieldShape> rest)
{
    public UndoPlan Undo { get; } = plan.Undo!;

    /// <summary>A column that was added since the rollback was planned; null: there is none.</summary>
    public string? Later { get; init; }

    public string Table { get; } = plan.To;

    /// <summary>Whether it is logged which version of its row each write replaces, and entries are staged with it.</summary>
    public bool LogsVersions => plan.LogsVersions;

    /// <summary>SQL: how many entries mean a row that another one means too.</summary>
    public string Twins { get; } = $"count(t) - count(DISTINCT {(plan.SingleTable ? "t" : "(rel, t)")}) FILTER (WHERE t IS NOT NULL)";

    public IReadOnlyList<FieldShape> Key { get; } = [.. plan.Key.Select(at => fields[at])];

    public IReadOnlyList<FieldShape> Fields => fields;

    public IReadOnlyList<FieldShape> Rest => rest;

    public IReadOnlyList<FieldShape> All { get; } = [.. fields, .. rest];

    /// <summary>Positions of the fields that are put back. A key never changes: by it the row was found.</summary>
    public IReadOnlyList<int> Covered { get; private init; } =
        [.. (plan.Undo!.Fields.Count == 0 ? Enumerable.Range(0, fields.Count) : plan.Undo.Fields).Where(at => !plan.Key.Contains(at))];

    /// <summary>
    /// The same for entries that changed no others: of a wide table a job often changes a few fields, and each that a statement looks at takes its
    /// time in each row.
    /// </summary>
    public UndoFields Changing(IReadOnlyCollection<int> changed) =>
        new(plan, fields, rest) { Later = Later, Covered = [.. Covered.Where(changed.Contains)] };

    /// <summary>SQL: the entry's row; u.</summary>
    public string Match(string alias) =>
        string.Join(" AND ", Key.Select((k, i) => $"{alias}.{k.Column} {k.Equality} CAST(u.key[{i + 1}] AS {k.BaseType})"));

    /// <summary>SQL: the row in the place where it was judged; v, u. A position is only unique within a single table.</summary>
    public string Same(string alias) => plan.SingleTable
        ? $"{alias}.ctid = v.t AND {Match(alias)}"
        : $"{Match(alias)} AND {alias}.tableoid = v.rel AND {alias}.ctid IS NOT DISTINCT FROM v.t";

    /// <summary>SQL: one version of a row, seen twice.</summary>
    public string SameVersion(string one, string other) => plan.SingleTable
        ? $"{one}.ctid = {other}.ctid AND {one}.xmin = {other}.xmin"
        : $"{Match(one)} AND {one}.tableoid = {other}.tableoid AND {one}.ctid IS NOT DISTINCT FROM {other}.ctid AND {one}.xmin = {other}.xmin";

    /// <summary>SQL: the entry changed the field.</summary>
    public static string Changed(int at) => $"u.before[{at + 1}] IS DISTINCT FROM u.after[{at + 1}]";

    /// <summary>SQL: the row holds something else than an image of the entry. By the bytes, whatever the column's collation calls equal.</summary>
    public string Differs(int at, string image) => $"{All[at].Text("t")} COLLATE \"C\" IS DISTINCT FROM u.{image}[{at + 1}]";

    /// <summary>SQL: an array of the fields that the entry changed and that are put back, null elsewhere.</summary>
    public string Only(Func<int, string> value)
    {
        var values = fields.Select((_, at) => Covered.Contains(at) ? $"CASE WHEN {Changed(at)} THEN {value(at)} END" : "NULL");
        return $"ARRAY[{string.Join(", ", values)}]::text[]";
    }

    /// <summary>SQL: whether an image of the entry holds every column of the table.</summary>
    public string IsWhole(string image) => $"coalesce(cardinality(u.{image}) = {All.Count}, false)";

    /// <summary>SQL: nobody has filled a column of the row that it was inserted without.</summary>
    public string IsUnfilled() =>
        Undo.Rest.Any(column => column.Unfilled is null) ? "false" : $"({string.Join(" AND ", rest.Select(IsUnfilled).DefaultIfEmpty("true"))})";

    string IsUnfilled(FieldShape column, int at) => Undo.Rest[at] is { Unfilled: not (null or UnfilledColumns.Null) } filled
        ? $"{column.Text("t")} COLLATE \"C\" IS NOT DISTINCT FROM {column.TextOf($"CAST({filled.Unfilled} AS {filled.Type})")}"
        : $"t.{column.Column} IS NULL";

    /// <summary>SQL: the row holds what a whole image of the entry does; of an image that is not, its fields alone are compared.</summary>
    public string Holds(string image)
    {
        var inFields = Enumerable.Range(0, fields.Count).Where(at => !plan.Key.Contains(at)).Select(at => $"NOT ({Differs(at, image)})").ToList();
        var inRest = Enumerable.Range(fields.Count, rest.Count).Select(at => $"NOT ({Differs(at, image)})").ToList();
        if (inRest.Count > 0) inFields.Add($"(NOT {IsWhole(image)} OR {string.Join(" AND ", inRest)})");
        return inFields.Count == 0 ? "true" : $"({string.Join(" AND ", inFields)})";
    }
}
