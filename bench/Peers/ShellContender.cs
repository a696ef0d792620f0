using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>A peer that is one line of a shell.</summary>
/// <param name="name">Its name.</param>
/// <param name="installation">Where it runs.</param>
/// <param name="table">The table.</param>
/// <param name="expected">What is to be there afterwards.</param>
/// <param name="before">SQL at the destination beforehand, not measured; null: the table is not there.</param>
/// <param name="script">What is measured.</param>
sealed class ShellContender(string name, Installation installation, string table, EndState expected, string? before, string script)
    : TableContender(name, installation.Peer, table, expected)
{
    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await base.PrepareAsync(cancellationToken);
        if (before is not null) await Destination.ExecuteAsync(before, cancellationToken);
    }

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await Tools.ShellAsync(script, installation.ClientEnvironment, cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }
}
