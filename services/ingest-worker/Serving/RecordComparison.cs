using Headgate.Connectors;
using Headgate.Connectors.Comparing;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Serving;

/// <summary>Compares records by their keys: the source as it is now with the destination as it is now. Nothing is held between two calls.</summary>
sealed class RecordComparison(ISource source, IDestination destination)
{
    const int Most = 2_000;

    int _atOnce = Most;

    /// <param name="table">Whose records.</param>
    /// <param name="keys">In the order of the plan's key; different ones.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// Of the first keys, at least one: as many as are good to keep at a time. Null: the source has values that the destination could not even
    /// receive.
    /// </returns>
    public async Task<IReadOnlyList<ComparedRecord?>> CompareAsync(
        MappedTable table, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken)
    {
        for (var count = Math.Min(_atOnce, keys.Count); ; count = Math.Max(count / 2, 1))
        {
            try
            {
                var found = await CompareAllAsync(table, [.. keys.Take(count)], cancellationToken);
                _atOnce = Math.Min(Most, Math.Max(2 * found.Count, 1));
                return found;
            }
            catch (Exception error) when (error is KeptRecords.TooMuchException or ConnectorException { Remedy: LoadRemedy.Halve })
            {
                // Where there is one such record there may be many: no more is tried again at once than has come to something.
                _atOnce = Math.Max(count / 2, 1);
                if (count == 1) return [null];
            }
        }
    }

    async Task<IReadOnlyList<ComparedRecord>> CompareAllAsync(
        MappedTable table, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken)
    {
        var records = await ReadAsync(table, keys, cancellationToken);
        await using var session = await destination.OpenKeyedComparisonAsync(table.Plan, cancellationToken)
            ?? throw new StepException("not-supported", $"Object {table.Name}: its destination cannot be compared with.");
        if (records.Rows > 0) await session.AddAsync(records, cancellationToken);
        return await session.CompareAsync(keys, cancellationToken);
    }

    // Under a snapshot of its own: one that lasts would keep the source from cleaning up for as long as the client takes its time.
    async Task<KeptRecords> ReadAsync(MappedTable table, IReadOnlyList<IReadOnlyList<string>> keys, CancellationToken cancellationToken)
    {
        await using var snapshot = await source.OpenSnapshotAsync(TimeSpan.Zero, cancellationToken);
        var records = new KeptRecords();
        await source.ExtractKeysAsync(
            new ReadPlan { Object = table.Plan, Upper = snapshot.UpperBound }, keys, snapshot.Id, records, cancellationToken);
        return records;
    }
}
