using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Batches;

/// <summary>Headgate's whole job, reading the source included.</summary>
sealed class HeadgateUpsert(Installation installation, HeadgateCommands headgate, string pipeline, UpsertSubject subject)
    : UpsertContender(Contenders.Headgate, installation, installation.Destination, subject)
{
    public override Task<Measure> RunAsync(CancellationToken cancellationToken) => headgate.RunAsync(pipeline, cancellationToken);
}
