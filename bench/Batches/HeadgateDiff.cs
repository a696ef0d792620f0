using Headgate.Bench.Peers;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Batches;

/// <summary>The comparison of all that a job has touched with its source, as a stream of the records that differ.</summary>
sealed class HeadgateDiff(HeadgateCommands headgate, Guid job, long expected) : DiffContender(Contenders.Headgate, expected)
{
    protected override async Task<(long Differing, double Seconds)> CountAsync(CancellationToken cancellationToken)
    {
        var (summary, seconds) = await headgate.DiffAsync(job, cancellationToken);
        return (summary.Compared - summary.Equal, seconds);
    }
}
