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

    /// <summary>How many bytes of texts are given at a time, and those of one record more.</summary>
    const int MostKept = 4 * 1024 * 1024;

    readonly ObjectPlan _plan;
    readonly string _table;
    readonly IReadOnlyList<ComparedField> _fields;
    readonly bool _isLoose;
    readonly string? _mark;

    /// <param name="plan">The object.</param>
    /// <param name="table">What it is compared with.</param>
    /// <param name="present">Its columns.</param>
    /// <param name="types">The types that are there.</param>
    /// <param name="byKeys">Whether it is compared record by record: then what the table could not receive is compared as well, but in a key.</param>
    public ComparisonStatements(ObjectPlan plan, string table, IReadOnlyList<TableField> present, KnownTypes types, bool byKeys = false)
    {
        (_plan, _table) = (plan, table);
        _fields =
        [
            .. plan.Fields.Select((f, i) => ComparedField.Of(
                f, present.FirstOrDefault(p => p.Name == f.Name), types, plan.Replaces is not null, byKeys && !plan.Key.Contains(i))),
        ];
        // Nothing says that the key of a table that is to be replaced is unique in it. By keys the statement says itself how it is to be done.
        _isLoose = byKeys || plan.Replaces is not null || plan.Key.Any(k => !_fields[k].IsIndexed);
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
        CompareKeys = byKeys ? KeyedRecords() : "";
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

    /// <summary>
    /// Gives for each key its place from 1, whether the table has it, whether the stage does, which fields differ and, of what is not the same, both
    /// sides as text. Takes an array of texts for each field of the key, and gives the first ones, as many as are good to keep.
    /// </summary>
    public string CompareKeys { get; }

    /// <summary>How many records, of these how many are absent, and how many differ.</summary>
    public static string Count => "SELECT count(*), count(*) FILTER (WHERE NOT present), count(*) FILTER (WHERE changed) FROM pg_temp.hg_found";

    /// <summary>Of each of the given fields, counted from 1: changed, nulled, not null before, of these changed, and the rows of the most frequent new value.</summary>
    public static string CountFields => """
        SELECT c.changed, c.nulled, c.filled, c.overwritten, coalesce(m.same, 0), coalesce(m.same_before, 0)
        FROM pg_catalog.unnest($1) WITH ORDINALITY AS f (i, no)
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE differs[f.i]) AS changed,
                   count(*) FILTER (WHERE differs[f.i] AND before[f.i] IS NOT NULL AND after[f.i] IS NULL) AS nulled,
                   count(*) FILTER (WHERE before[f.i] IS NOT NULL) AS filled,
                   count(*) FILTER (WHERE differs[f.i] AND before[f.i] IS NOT NULL) AS overwritten
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

    /// <summary>The table is asked key by key, whatever the planner thinks of how many there are: its statistics know nothing of these.</summary>
    string KeyedRecords()
    {
        var keys = _plan.Key.Select((k, at) => (Field: _fields[k], Text: $"k.k{at}")).ToList();
        var names = string.Join(", ", keys.Select((_, at) => $"k{at}"));
        var inTable = string.Join(" AND ", keys.Select(k => k.Field.TableType is { } type
            ? $"t.{k.Field.Column} {k.Field.Equality} CAST({k.Text} AS {type})" : "false"));
        var inStage = string.Join(" AND ", keys.Select(k => k.Field.StageType == "text"
            ? $"s.{k.Field.Column} = {k.Text}" : $"s.{k.Field.Column} {k.Field.Equality} CAST({k.Text} AS {k.Field.StageType})"));
        var columns = string.Concat(_fields.Where(f => f.TableType is not null).Select(f => $", t.{f.Column}"));
        var differs = _fields.Select((f, i) => _plan.Key.Contains(i) ? "false" : $"({f.Differs}) IS TRUE").ToList();
        return $"""
            SELECT no, here, taken, differs, now, staged FROM (
                SELECT f.*, size, sum(size) OVER (ORDER BY no ROWS UNBOUNDED PRECEDING) AS upto FROM (
                    SELECT DISTINCT ON (k.no) k.no::int AS no, t."headgate: here" IS NOT NULL AS here, s.ctid IS NOT NULL AS taken,
                           ARRAY[{string.Join(", ", differs)}]::boolean[] AS differs,
                           ARRAY[{string.Join(", ", _fields.Select((f, i) => Shown(f.Now, differs[i])))}]::text[] AS now,
                           ARRAY[{string.Join(", ", _fields.Select((f, i) => Shown(f.After, differs[i])))}]::text[] AS staged
                    FROM unnest({string.Join(", ", keys.Select((_, at) => $"${at + 1}::text[]"))}) WITH ORDINALITY AS k ({names}, no)
                    LEFT JOIN {Stage} s ON {inStage}
                    LEFT JOIN LATERAL (SELECT true AS "headgate: here"{columns} FROM {_table} t WHERE {inTable} OFFSET 0) t ON true
                    ORDER BY k.no) f
                CROSS JOIN LATERAL (SELECT pg_catalog.pg_column_size(f.now) + pg_catalog.pg_column_size(f.staged) AS size) z) found
            WHERE upto - size < {MostKept} ORDER BY no
            """;

        static string Shown(string text, string differs) =>
            $"CASE WHEN s.ctid IS NULL OR t.\"headgate: here\" IS NULL OR {differs} THEN {text} END";
    }

    /// <summary>Rows live in the leaves. Where one was never analyzed, and has blocks, they are counted, up to what makes no difference to anybody.</summary>
    string HeldRows() => $"""
        WITH RECURSIVE tree (oid) AS (
            SELECT pg_catalog.to_regclass($1)::oid
            UNION SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid),
        leaf AS (
            SELECT CASE WHEN c.reltuples > 0 THEN c.reltuples WHEN c.relkind IN ('r', 'm') AND pg_catalog.pg_relation_size(c.oid) = 0 THEN 0
                        ELSE -1 END AS held
            FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid WHERE c.relkind <> 'p')
        SELECT EXISTS (SELECT FROM {_table}),
               (CASE WHEN min(held) < 0 THEN (SELECT count(*) FROM (SELECT FROM {_table} LIMIT 100000) counted) ELSE coalesce(sum(held), 0) END)::bigint
        FROM leaf
        """;
}
