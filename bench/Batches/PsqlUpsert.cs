using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Batches;

/// <summary>A blind upsert of the whole table by psql, reading the source included.</summary>
sealed class PsqlUpsert(Installation installation, UpsertSubject subject)
    : UpsertContender(Contenders.PsqlUpsert, installation, installation.Peer, subject)
{
    readonly IReadOnlyDictionary<string, string> _environment = installation.ClientEnvironment;

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var script = Scripts.BlindUpsert($"select * from {Table}", Table);
        var watch = Stopwatch.StartNew();
        await Tools.ShellAsync(script, _environment, cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }
}
