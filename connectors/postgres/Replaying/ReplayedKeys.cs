using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Undoing;
using Headgate.Connectors.Sources;
using Headgate.Connectors.Undoing;
using Npgsql;

namespace Headgate.Connectors.Postgres.Replaying;

/// <summary>The keys of the records that a job has touched, from its change log.</summary>
/// <param name="dataSource">Where.</param>
/// <param name="plan">The object as it is to be written now.</param>
/// <param name="keys">Whose keys.</param>
sealed class ReplayedKeys(NpgsqlDataSource dataSource, ObjectPlan plan, LoggedKeys keys)
{
    /// <summary>Of what is logged of the object each entry is in one range; in which order does not matter.</summary>
    public Task<IReadOnlyList<SegmentRange>> PlanAsync(CancellationToken cancellationToken) => CatalogSession.ReadAsync<IReadOnlyList<SegmentRange>>(
        dataSource,
        async connection =>
        {
            var logged = await LoggedAsync(connection, cancellationToken);
            RequireSameKey(logged);
            var schema = await LogSchema.ReadAsync(connection, cancellationToken);
            var parts = await LogParts.ReadAsync(connection, schema, keys.OfJobId, keys.OfObjectNo, cancellationToken);
            var ranges = LogLayout.Segments(parts, updatesAlone: false, divisible: true).ToList();
            return ranges.Count > 0 ? ranges : [new SegmentRange { Kind = SegmentRangeKind.LoggedChanges, FirstSeq = 1, LastSeq = 0 }];
        },
        cancellationToken);

    public async Task<IReadOnlyList<IReadOnlyList<string>>> ReadAsync(SegmentRange range, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = new NpgsqlCommand(WriterSettings.Sql, connection)) await settings.ExecuteNonQueryAsync(cancellationToken);
        var logged = await LoggedAsync(connection, cancellationToken);
        RequireSameKey(logged);
        var places = PlacesIn(logged);
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await new LogReader(connection, AsLogged(logged), range).RunAsync(
            async select =>
            {
                await using var command = new NpgsqlCommand($"SELECT DISTINCT key FROM ({select}) AS logged (operation, key)", connection);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    var key = reader.GetFieldValue<string[]>(0);
                    found.TryAdd(string.Concat(key.Select(value => $"{value.Length}:{value}")), [.. places.Select(at => key[at])]);
                }
            },
            cancellationToken);
        return [.. found.Values];
    }

    async Task<LoggedObject> LoggedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await LoggedObjects.ReadAsync(connection, keys.OfJobId, keys.OfObjectNo, cancellationToken) is [.., var last] ? last
            : throw PostgresProblem.Of("nothing-recorded", $"Object {plan.To} cannot be replayed: nothing is recorded of what the job wrote to it.");

    void RequireSameKey(LoggedObject logged)
    {
        var (before, now) = (KeyOf(logged), plan.Key.Select(at => plan.Fields[at].Name).ToList());
        if (before.Order(StringComparer.Ordinal).SequenceEqual(now.Order(StringComparer.Ordinal))) return;
        throw PostgresProblem.Of("keys-changed", $"Object {plan.To} cannot be replayed: the job wrote its records by {SqlText.Shown(before)}, and the pipeline "
            + $"file's key is {SqlText.Shown(now)} now; roll the job back and run again.");
    }

    static List<string> KeyOf(LoggedObject logged) => [.. logged.Key.Select(at => logged.Fields[at].Name)];

    // The file may name the same fields in another order now.
    List<int> PlacesIn(LoggedObject logged)
    {
        var names = KeyOf(logged);
        return [.. plan.Key.Select(at => names.IndexOf(plan.Fields[at].Name))];
    }

    // As the log is read for a rollback: by the fields and key that it was written with.
    ObjectPlan AsLogged(LoggedObject logged) => plan with
    {
        To = logged.Table,
        Fields = [.. logged.Fields.Select(field => new FieldPlan
        {
            Name = field.Name, Source = field.Name, StagedType = "text", DestinationType = field.Type,
        })],
        Key = logged.Key,
        Undo = new UndoPlan { OfJobId = keys.OfJobId, OfObjectNo = keys.OfObjectNo, Selection = keys.Selection, Staged = logged.Staged },
    };
}
