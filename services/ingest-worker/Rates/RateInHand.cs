using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;

namespace Headgate.IngestWorker.Rates;

/// <summary>The ceiling of a segment in hand; disposing says that the segment is not in hand any more.</summary>
sealed class RateInHand(JobRate rate, Action giveBack) : IDisposable
{
    public JobRate Rate => rate;

    /// <summary>The segment for whoever takes it up next, who may not have heard of a change.</summary>
    public LoadSegment Renew(LoadSegment segment) => segment with { RateNo = rate.Now.No, MaxRowsPerSecond = rate.Now.RowsPerSecond };

    /// <inheritdoc cref="Renew(LoadSegment)"/>
    public ExtractSegment Renew(ExtractSegment segment) => segment with { RateNo = rate.Now.No, MaxRowsPerSecond = rate.Now.RowsPerSecond };

    /// <inheritdoc cref="Renew(LoadSegment)"/>
    public FinishObjects Renew(FinishObjects finish) => finish with { RateNo = rate.Now.No, MaxRowsPerSecond = rate.Now.RowsPerSecond };

    public void Dispose() => giveBack();
}
