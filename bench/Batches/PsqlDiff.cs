using System.Diagnostics;
using System.Globalization;
using Headgate.Bench.Peers;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>Both sides copied into one database in the order of the key, and joined there.</summary>
sealed class PsqlDiff(Installation installation, RepairSubject subject, long expected) : DiffContender(Contenders.PsqlDiff, expected)
{
    const string Ours = "public.diff_source";
    const string Theirs = "public.diff_destination";

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await CleanUpAsync(cancellationToken);
        foreach (var table in (string[])[Ours, Theirs])
            await installation.Peer.ExecuteAsync(RecordsTable.Create(table, withKey: false), cancellationToken);
    }

    public override Task CleanUpAsync(CancellationToken cancellationToken) =>
        installation.Peer.ExecuteAsync($"drop table if exists {Ours}, {Theirs}", cancellationToken);

    protected override async Task<(long Differing, double Seconds)> CountAsync(CancellationToken cancellationToken)
    {
        var sorted = $"(select * from {subject.Table} order by id)";
        var script =
            $"""
             {Scripts.Copy("$SOURCE", sorted, "$PEER", Ours)} & first=$!
             {Scripts.Copy(installation.Destination.Name, sorted, "$PEER", Theirs)} & second=$!
             wait $first
             wait $second
             psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$PEER" -c "analyze {Ours}" -c "analyze {Theirs}" \
               -c "select count(*) from {Ours} s full join {Theirs} d using (id) where s is distinct from d"
             """;
        var watch = Stopwatch.StartNew();
        var output = await Tools.ShellAsync(script, installation.ClientEnvironment, cancellationToken);
        return (long.Parse(output.Trim(), CultureInfo.InvariantCulture), watch.Elapsed.TotalSeconds);
    }
}
