using Headgate.Connectors.Destinations;

namespace Headgate.Connectors.Conformance;

/// <summary>Loads a segment the way the worker does: batch by batch from the ledger on, halving on the destination's request.</summary>
public static class SegmentLoop
{
    /// <returns>Why it was skipped; null: it was loaded to its end.</returns>
    public static async Task<SkipReason?> RunAsync(
        IDestination destination, SegmentTicket ticket, ObjectPlan plan, IReadOnlyList<byte[]> tuples, int batch = 100,
        CancellationToken cancellationToken = default)
    {
        var (size, upsert) = (batch, false);
        ConnectorException? reject = null;
        while (true)
        {
            await using var transaction = await destination.BeginBatchAsync(ticket, plan, cancellationToken);
            if (transaction.Skipped is { } reason) return reason;
            if (transaction.NextRow == ticket.Rows) return null;
            var next = (int)transaction.NextRow;
            var records = new StagedBatch(next, [.. tuples.Skip(next).Take(reject is null ? size : 1)]);
            if (upsert) transaction.SwitchToUpsert();
            try
            {
                if (reject is null) await transaction.WriteAsync(records, cancellationToken);
                else await transaction.RejectAsync(records, reject, cancellationToken);
                await transaction.CommitAsync();
                if (reject is not null) size = batch;
                reject = null;
            }
            catch (ConnectorException e) when (e.Remedy == LoadRemedy.Upsert)
            {
                upsert = true;
            }
            catch (ConnectorException e) when (e.Remedy == LoadRemedy.Halve)
            {
                if (records.Rows == 1) reject = e;
                else size = records.Rows / 2;
            }
        }
    }
}
