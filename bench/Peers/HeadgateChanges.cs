using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>Headgate's incremental run.</summary>
sealed class HeadgateChanges(HeadgateCommands headgate, Installation installation, string pipeline, ChangingRecords records)
    : ChangesContender(Contenders.Headgate, installation.Destination, records)
{
    public override Task<Measure> RunAsync(CancellationToken cancellationToken) => headgate.RunAsync(pipeline, cancellationToken);
}
