using Headgate.Relay.V1;
using Headgate.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Sends compared records in parts, each with how many of which kind there were since the one before.</summary>
sealed class DiffParts(bool includeEqual, Func<ServeRequest, Task> send)
{
    DiffJobResponse _part = new() { SoFar = new DiffSummary() };
    int _bytes;

    public async Task AddAsync(RecordDiff record, long sequence, int enough)
    {
        var counts = _part.SoFar;
        counts.Compared++;
        switch (record.Result)
        {
            case DiffResult.Equal: counts.Equal++; break;
            case DiffResult.Different: counts.Different++; break;
            case DiffResult.MissingAtSource: counts.MissingAtSource++; break;
            default: counts.MissingAtDestination++; break;
        }

        if (record.Result is DiffResult.Equal && !includeEqual) return;
        _part.Records.Add(record);
        if ((_bytes += record.CalculateSize()) >= enough) await SendAsync(sequence);
    }

    /// <summary>What there is, up to a sequence of the log: also where it is nothing, since it would be looked through again.</summary>
    public async Task SendAsync(long upto)
    {
        var part = _part;
        (_part, _bytes) = (new DiffJobResponse { SoFar = new DiffSummary() }, 0);
        await send(new ServeRequest { Diffs = part, Place = $"{upto}" });
    }
}
