using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>Headgate's whole job, from the command to Completed. It makes the table itself.</summary>
sealed class HeadgateCopy(HeadgateCommands headgate, Database destination, string pipeline, string table, EndState expected)
    : TableContender(Contenders.Headgate, destination, table, expected)
{
    public override Task<Measure> RunAsync(CancellationToken cancellationToken) => headgate.RunAsync(pipeline, cancellationToken);
}
