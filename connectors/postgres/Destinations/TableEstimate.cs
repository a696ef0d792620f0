using Headgate.Connectors.Postgres.Catalog;
using Headgate.Contracts.Pipelines;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>About how many rows tables have, by what the last ANALYZE has left.</summary>
static class TableEstimate
{
    public static async Task<IReadOnlyList<long?>> OfAsync(
        NpgsqlDataSource pool, IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken)
    {
        var names = objects.Select(definition => QualifiedName.TryParse(definition.To, out var name) ? name : (QualifiedName?)null).ToList();
        var known = names.OfType<QualifiedName>().Distinct().ToArray();
        var relations = await CatalogSession.ReadAsync(pool, c => RelationReader.ReadAsync(c, known, cancellationToken), cancellationToken);
        return [.. names.Select(name => name is { } to && relations.TryGetValue(to, out var table) && table.EstimatedRows >= 0 ? table.EstimatedRows : (long?)null)];
    }
}
