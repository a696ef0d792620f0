using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>The rollback of a job that has changed every row, from the request to Completed.</summary>
sealed class HeadgateRollback(Installation installation, HeadgateCommands headgate, RepairSubject subject)
    : TableContender(Contenders.Headgate, installation.Destination, subject.Table, subject.WasBefore)
{
    Guid _job;

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await DestinationTable.ResetAsync(installation, Destination, Table, subject.Before, cancellationToken);
        _job = await headgate.CompletedRunAsync(subject.Pipeline, cancellationToken);
        await Destination.ExecuteAsync($"vacuum (analyze) {Table}", cancellationToken);
    }

    public override Task<Measure> RunAsync(CancellationToken cancellationToken) => headgate.RollbackAsync(_job, cancellationToken);
}
