using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>A blind upsert of the changed rows by psql.</summary>
sealed class PsqlChanges(Installation installation, ChangingRecords records) : ChangesContender(Contenders.PsqlUpsert, installation.Peer, records)
{
    readonly IReadOnlyDictionary<string, string> _environment = installation.ClientEnvironment;

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var script = Scripts.BlindUpsert($"select * from {ChangingRecords.Table} where updated_at >= '{Records.Since}'", ChangingRecords.Table);
        var watch = Stopwatch.StartNew();
        await Tools.ShellAsync(script, _environment, cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }
}
