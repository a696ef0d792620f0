using Headgate.Connectors.Comparing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>Compares single records, in the session and by the stage of a <see cref="TableComparison"/>.</summary>
sealed class KeyedComparison(TableComparison session, ObjectPlan plan) : IKeyedComparison
{
    ComparisonStatements Statements => session.Statements
        ?? throw PostgresProblem.Of("object-missing", $"Object {plan.To}: there is no such table at the destination any more.");

    public Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken) => session.AddAsync(batch, cancellationToken);

    public async Task<IReadOnlyList<ComparedRecord>> CompareAsync(
        IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken)
    {
        var found = new List<ComparedRecord>();
        await WriteProblem.GuardAsync(plan, directCopy: false, () => CompareAsync(keys, found, cancellationToken));
        return found;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    async Task CompareAsync(IReadOnlyList<IReadOnlyList<string>> keys, List<ComparedRecord> found, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Statements.CompareKeys, session.Connection);
        for (var at = 0; at < plan.Key.Count; at++)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key[at])] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetInt32(0) != found.Count + 1) throw new InvalidOperationException($"Key {found.Count + 1} was not looked up.");
            var record = new ComparedRecord
            {
                IsHere = reader.GetBoolean(1),
                IsTaken = reader.GetBoolean(2),
                Differs = reader.GetFieldValue<bool[]>(3),
                Now = reader.GetFieldValue<string?[]>(4),
                Taken = reader.GetFieldValue<string?[]>(5),
            };
            found.Add(record.IsHere && record.IsTaken ? record : record with { Differs = new bool[plan.Fields.Count] });
        }
    }
}
