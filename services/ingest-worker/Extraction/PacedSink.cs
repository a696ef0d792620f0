using Headgate.Connectors.Records;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Staging;

namespace Headgate.IngestWorker.Extraction;

/// <summary>
/// Takes records no faster than the job may move them: the source's own COPY waits meanwhile. A read that was cut too large is paced for a
/// while and then ends as fast as it can, since neither the source nor whoever waits for the segment has patience without end.
/// </summary>
sealed class PacedSink(SegmentWriter writer, JobRate rate, TimeProvider time) : IRecordSink
{
    /// <summary>How long a read should take.</summary>
    public static readonly TimeSpan Aim = TimeSpan.FromSeconds(10);

    // Below the 30 s after which the coordinator sends a segment again that it has heard nothing of.
    static readonly TimeSpan Most = TimeSpan.FromSeconds(25);

    readonly RateSetting _cutBy = rate.Now;
    readonly RowPace _pace = new(rate, Most, time);
    readonly long _began = time.GetTimestamp();

    /// <summary>How many records to read; 0: as many as there are.</summary>
    public long Rows => _cutBy.IsLimit ? Math.Max(1, (long)(_cutBy.RowsPerSecond * Aim.TotalSeconds)) : 0;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var before = writer.Rows;
        await writer.WriteAsync(bytes, cancellationToken);
        _pace.Took(writer.Rows - before);
        if (Most - time.GetElapsedTime(_began) is var left && left <= TimeSpan.Zero) return;
        using var patience = new CancellationTokenSource(left, time);
        EndIfCutTooLarge();
        await _pace.WaitAsync(patience.Token, cancellationToken, EndIfCutTooLarge);
    }

    // What was cut for a much higher ceiling would not end in time.
    void EndIfCutTooLarge()
    {
        if (rate.Now is { IsLimit: true } now && now.No != _cutBy.No && (!_cutBy.IsLimit || now.RowsPerSecond < _cutBy.RowsPerSecond / 2))
            throw new RecutException();
    }
}
