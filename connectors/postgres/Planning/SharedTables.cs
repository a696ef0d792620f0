using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>
/// Finds tables that share rows with those of a pipeline and are written by others, as schema headgate has it: by the objects of the last
/// job that each other pipeline launched here.
/// </summary>
static class SharedTables
{
    /// <summary>
    /// By table: one of them, of possibly several. A role that may not read schema headgate yet sees those of its own pipeline alone.
    /// </summary>
    public static async Task<Dictionary<long, SharedTable>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<long> tables, Guid? pipelineId, CancellationToken cancellationToken)
    {
        var shared = new Dictionary<long, SharedTable>();
        var related = await ReadRelatedAsync(connection, tables, cancellationToken);
        foreach (var (root, _, name, _) in related.Where(each => tables.Contains(each.Oid)))
            shared.TryAdd(root, new SharedTable(name, "another object of the pipeline"));
        if (related.Count == 0 || pipelineId is not { } mine) return shared;
        if (!await MayReadAsync(connection, cancellationToken)) return shared;
        var names = related.SelectMany(each => new[] { each.Name, each.Quoted }).ToArray();
        var writers = await ReadWritersAsync(connection, names, mine, cancellationToken);
        foreach (var (root, _, name, quoted) in related)
        {
            if (writers.TryGetValue(name, out var writer) || writers.TryGetValue(quoted, out writer))
                shared.TryAdd(root, new SharedTable(name, $"pipeline {writer}"));
        }

        return shared;
    }

    /// <summary>Once more at launch, which lets the role see what it may not have seen before.</summary>
    public static async Task RefuseAsync(
        NpgsqlDataSource dataSource, JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        if (plans.Count == 0) return;
        var (table, shared) = await CatalogSession.ReadAsync(dataSource, async session =>
        {
            var tables = new Dictionary<long, string>();
            const string sql = "SELECT t, to_regclass(t)::oid::bigint FROM unnest($1) t WHERE to_regclass(t) IS NOT NULL";
            await using (var command = new NpgsqlCommand(sql, session))
            {
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plans.Select(plan => plan.To)] });
                await using var row = await command.ExecuteReaderAsync(cancellationToken);
                while (await row.ReadAsync(cancellationToken)) tables[row.GetInt64(1)] = row.GetString(0);
            }

            var found = (await ReadAsync(session, tables.Keys, ticket.PipelineId, cancellationToken)).FirstOrDefault();
            return (tables.GetValueOrDefault(found.Key), found.Value);
        }, cancellationToken);
        if (table is not null) throw PostgresProblem.Of("rows-shared", $"Object {table}: {shared.Refusal(table)}.");
    }

    static async Task<List<(long Root, long Oid, string Name, string Quoted)>> ReadRelatedAsync(
        NpgsqlConnection connection, IReadOnlyCollection<long> tables, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE below(root, oid) AS (
                SELECT r.oid, r.oid FROM unnest($1::oid[]) AS r(oid)
                UNION
                SELECT t.root, i.inhrelid FROM below t JOIN pg_inherits i ON i.inhparent = t.oid),
            above(root, oid) AS (
                SELECT r.oid, r.oid FROM unnest($1::oid[]) AS r(oid)
                UNION
                SELECT t.root, i.inhparent FROM above t JOIN pg_inherits i ON i.inhrelid = t.oid)
            SELECT t.root::bigint, c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname::text, c.relname::text
            FROM (SELECT * FROM below UNION SELECT * FROM above) t
            JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.oid <> t.root ORDER BY 1, 3
            """, connection)
        {
            Parameters = { new() { Value = tables.ToArray() } },
        };
        var related = new List<(long, long, string, string)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var name = new QualifiedName(row.GetString(3), row.GetString(4));
            related.Add((row.GetInt64(0), row.GetInt64(1), row.GetString(2), name.ToSql()));
        }

        return related;
    }

    static async Task<bool> MayReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*) = 2 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'headgate' AND c.relname IN ('fence', 'job_object')
              AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            """, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Names are in the spelling of the plans: as the server quotes them, or all in quotes where a job made the table.</summary>
    static async Task<Dictionary<string, Guid>> ReadWritersAsync(
        NpgsqlConnection connection, string[] names, Guid pipelineId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT ON (o.table_name) o.table_name, f.pipeline_id
            FROM headgate.fence f JOIN headgate.job_object o ON o.job_id = f.job_id AND o.attempt = f.attempt
            WHERE f.pipeline_id <> $1 AND o.table_name = ANY ($2) ORDER BY o.table_name, f.moved_at DESC
            """, connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = pipelineId }, new NpgsqlParameter<string[]> { TypedValue = names } },
        };
        var writers = new Dictionary<string, Guid>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) writers[row.GetString(0)] = row.GetGuid(1);
        return writers;
    }
}
