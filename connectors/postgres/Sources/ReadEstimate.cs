using System.Text.Json;
using Headgate.Connectors.Postgres.Catalog;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>About how many records reads would give: by what the last ANALYZE has left, and what the planner makes of it. Reads no record.</summary>
static class ReadEstimate
{
    public static async Task<IReadOnlyList<long?>> OfAsync(
        NpgsqlDataSource pool, IReadOnlyList<(ObjectDefinition Definition, DateTimeOffset? From)> reads, CancellationToken cancellationToken)
    {
        var names = reads.Select(read => QualifiedName.TryParse(read.Definition.From, out var name) ? name : (QualifiedName?)null).ToList();
        var known = names.OfType<QualifiedName>().Distinct().ToArray();
        var relations = await CatalogSession.ReadAsync(pool, c => RelationReader.ReadAsync(c, known, cancellationToken), cancellationToken);
        var estimates = new List<long?>(reads.Count);
        foreach (var (read, name) in reads.Zip(names))
            estimates.Add(name is { } from && relations.TryGetValue(from, out var relation) ? await OfAsync(pool, relation, read, cancellationToken) : null);
        return estimates;
    }

    static Task<long?> OfAsync(
        NpgsqlDataSource pool, CatalogRelation relation, (ObjectDefinition Definition, DateTimeOffset? From) read, CancellationToken cancellationToken)
    {
        // Of a table that was never analyzed the planner would only guess. What a view holds nobody but the planner can tell.
        if (relation.Kind is not 'v' && relation.EstimatedRows < 0) return Task.FromResult<long?>(null);
        var isAll = read.Definition.Filter is null && (read.From is null || read.Definition.Cursor is null);
        return isAll && relation.Kind is not 'v' ? Task.FromResult<long?>(relation.EstimatedRows) : PlannedAsync(pool, relation, read, cancellationToken);
    }

    // The parameter is there to have the statement sent as one, whatever a filter says: without one, the driver would split the text at
    // semicolons. An estimate is of no one and nothing: a filter or cursor that is not valid is for the run to tell.
    static async Task<long?> PlannedAsync(
        NpgsqlDataSource pool, CatalogRelation relation, (ObjectDefinition Definition, DateTimeOffset? From) read, CancellationToken cancellationToken)
    {
        List<string> conditions = ["$1"];
        if (read is { From: not null, Definition.Cursor: { } cursor }) conditions.Add($"{SqlText.Identifier(cursor)} >= $2");
        if (read.Definition.Filter is { } filter) conditions.Add(ReadStatement.Parenthesized(filter));
        await using var command = pool.CreateCommand($"EXPLAIN (FORMAT JSON) SELECT 1 FROM {relation.Sql} WHERE {string.Join(" AND ", conditions)}");
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = true });
        if (conditions.Count > 1 && read is { From: { } from, Definition.Cursor: not null })
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = from.ToUniversalTime() });
        try
        {
            using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
            return (long)plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
        }
        catch (PostgresException)
        {
            return null;
        }
    }
}
