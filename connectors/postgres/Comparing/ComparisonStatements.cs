using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Planning;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>
/// The statements of a comparison with one table (t). The stage (s) holds the records that were taken, in the types that are compared in; what
/// was found of each is kept in texts, so that the server can count by values that never leave it.
/// </summary>
sealed class ComparisonStatements
{
    const string Stage = "pg_temp.hg_stage";
    const string Raw = "pg_temp.hg_raw";

    readonly ObjectPlan _plan;
    readonly string _table;
    readonly IReadOnlyList<ComparedField> _fields;
    readonly bool _isLoose;
    readonly string? _mark;

    public ComparisonStatements(ObjectPlan plan, string table, IReadOnlyList<TableField> present, KnownTypes types)
    {
        (_plan, _table) = (plan, table);
        _fields = [.. plan.Fields.Select(f => ComparedField.Of(f, present.FirstOrDefault(p => p.Name == f.Name), types, plan.Replaces is not null))];
        // Nothing says that the key of a table that is to be replaced is unique in it.
        _isLoose = plan.Replaces is not null || plan.Key.Any(k => !_fields[k].IsIndexed);
        _mark = plan.Mark is { } mark && present.Any(p => p.Name == mark) ? VanishedRules.Mark : null;
        var casts = _fields.Any(f => f.Cast is not null);
        var columns = string.Join(", ", _fields.Select(f => f.Column));

        Prepare = [.. PrepareSteps(casts)];
        Copy = $"COPY {(casts ? Raw : Stage)} ({columns}) FROM STDIN (FORMAT binary)";
        Cast = casts
            ?
            [
                $"INSERT INTO {Stage} ({columns}) SELECT {string.Join(", ", _fields.Select(f => f.Cast ?? $"s.{f.Column}"))} FROM {Raw} s",
                $"DELETE FROM {Raw}",
            ]
            : [];
        Compare = CompareAll();
        Held = HeldRows();
    }

    /// <summary>Makes the temporary tables; after that the transaction can be made read-only.</summary>
    public IReadOnlyList<string> Prepare { get; }

    public string Copy { get; }

    /// <summary>Moves what was received to the stage. Empty: it is there.</summary>
    public IReadOnlyList<string> Cast { get; }

    /// <summary>Compares all of the stage.</summary>
    public string Compare { get; }

    /// <summary>Returns whether the table holds a row, and about how many; -1: not known. Takes its name.</summary>
    public string Held { get; }

    /// <summary>How many records, of these how many are absent, and how many differ.</summary>
    public static string Count => "SELECT count(*), count(*) FILTER (WHERE NOT present), count(*) FILTER (WHERE changed) FROM pg_temp.hg_found";

    /// <summary>Of each of the given fields, counted from 1: changed, nulled, not null before, and the rows of the most frequent new value.</summary>
    public static string CountFields => """
        SELECT c.changed, c.nulled, c.filled, coalesce(m.same, 0), coalesce(m.same_before, 0)
        FROM pg_catalog.unnest($1) WITH ORDINALITY AS f (i, no)
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE differs[f.i]) AS changed,
                   count(*) FILTER (WHERE differs[f.i] AND before[f.i] IS NOT NULL AND after[f.i] IS NULL) AS nulled,
                   count(*) FILTER (WHERE before[f.i] IS NOT NULL) AS filled
            FROM pg_temp.hg_found WHERE present) c
        LEFT JOIN LATERAL (
            SELECT n AS same, (SELECT count(*) FROM pg_temp.hg_found b WHERE b.present AND b.before[f.i] = v) AS same_before
            FROM (SELECT after[f.i] AS v, count(*) AS n FROM pg_temp.hg_found
                  WHERE present AND differs[f.i] AND after[f.i] IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1) most) m ON true
        ORDER BY f.no
        """;

    IEnumerable<string> PrepareSteps(bool casts)
    {
        // As the upsert: statistics of a table made a moment ago do not exist. Where no index finds the key, all of the table is read once.
        if (!_isLoose)
            yield return "SELECT pg_catalog.set_config(s, 'off', true) FROM unnest(ARRAY['enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS s";
        var staged = _fields.Select(f => $"{f.Staged} AS {f.Column}");
        yield return $"CREATE TEMPORARY TABLE hg_stage ON COMMIT DROP AS SELECT {string.Join(", ", staged)} FROM {_table} t WITH NO DATA";
        if (casts)
        {
            var raw = _fields.Select(f => $"{f.Column} {f.ReceivedAs}");
            yield return $"CREATE TEMPORARY TABLE hg_raw ({string.Join(", ", raw)}) ON COMMIT DROP";
        }

        yield return """
            CREATE TEMPORARY TABLE hg_found (
                present boolean NOT NULL, changed boolean NOT NULL, differs boolean[] NOT NULL, before text[] NOT NULL, after text[] NOT NULL)
            ON COMMIT DROP
            """;
    }

    string CompareAll()
    {
        // Of two nulls it may be unknown, which is no difference.
        var differs = _fields.Select((f, i) => _plan.Key.Contains(i) ? "false" : $"({f.Differs}) IS TRUE").ToList();
        // A row that is marked as vanished comes back, whatever its fields hold.
        var changed = string.Join(" OR ", _mark is null ? differs : differs.Append($"t.{_mark} IS NOT NULL"));
        return $"""
            INSERT INTO pg_temp.hg_found (present, changed, differs, before, after)
            SELECT {(_isLoose ? "DISTINCT ON (s.ctid) " : "")}t.ctid IS NOT NULL, t.ctid IS NOT NULL AND ({changed}),
                   ARRAY[{string.Join(", ", differs)}]::boolean[], ARRAY[{string.Join(", ", _fields.Select(f => f.Before))}]::text[],
                   ARRAY[{string.Join(", ", _fields.Select(f => f.After))}]::text[]
            FROM {Stage} s LEFT JOIN {_table} t ON {string.Join(" AND ", _plan.Key.Select(k => _fields[k].Matches))}
            """;
    }

    /// <summary>Rows live in the leaves. One that was never analyzed has an unknown count unless it has no block at all.</summary>
    string HeldRows() => $"""
        WITH RECURSIVE tree (oid) AS (
            SELECT pg_catalog.to_regclass($1)::oid
            UNION SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid),
        leaf AS (
            SELECT CASE WHEN c.reltuples > 0 THEN c.reltuples WHEN c.relkind IN ('r', 'm') AND pg_catalog.pg_relation_size(c.oid) = 0 THEN 0
                        ELSE -1 END AS held
            FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid WHERE c.relkind <> 'p')
        SELECT EXISTS (SELECT FROM {_table}), (CASE WHEN min(held) < 0 THEN -1 ELSE coalesce(sum(held), 0) END)::bigint FROM leaf
        """;
}
