using Headgate.Bench.Peers;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>Writes over a table that is made anew for each run, the same for all.</summary>
abstract class UpsertContender(string name, Installation installation, Database destination, UpsertSubject subject)
    : TableContender(name, destination, subject.Table, subject.Expected)
{
    protected UpsertSubject Subject { get; } = subject;

    public override Task PrepareAsync(CancellationToken cancellationToken) =>
        DestinationTable.ResetAsync(installation, Destination, Table, Subject.Before, cancellationToken);
}
