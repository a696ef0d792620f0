using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Peers;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>
/// What somebody would do who has a table of what was there before and what was written: one UPDATE of the rows that still have that.
/// Nothing is logged, and nothing is left to stop or to take back.
/// </summary>
sealed class PsqlRollback(Installation installation, RepairSubject subject)
    : TableContender(Contenders.PsqlRollback, installation.Peer, subject.Table, subject.WasBefore)
{
    const string Images = "public.repair_images";

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await DestinationTable.ResetAsync(installation, Destination, Table, Table, cancellationToken);
        await Destination.ExecuteAsync($"drop table if exists {Images}", cancellationToken);
        await Destination.ExecuteAsync(
            $"create table {Images} as select id, {Columns("t.", "")}, {Columns("t.", "written_")} from {Table} t with no data",
            cancellationToken);
        var images = $"(select w.id, {Columns("b.", "")}, {Columns("w.", "written_")} from {Table} w join {subject.Before} b using (id))";
        await Tools.ShellAsync(Scripts.Copy("$SOURCE", images, "$PEER", Images), installation.ClientEnvironment, cancellationToken);
        await Destination.ExecuteAsync($"alter table {Images} add primary key (id)", cancellationToken);
        await Destination.ExecuteAsync($"vacuum (analyze) {Images}", cancellationToken);
    }

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var update =
            $"""
             update {Table} t set {string.Join(", ", RepairSubject.Changed.Select(column => $"{column} = i.{column}"))}
             from {Images} i where t.id = i.id and ({Columns("t.", "")}) is not distinct from ({Columns("i.written_", "")})
             """;
        var watch = Stopwatch.StartNew();
        var script = $"""psql -X -q -v ON_ERROR_STOP=1 -d "$PEER" -c "{update}" """;
        await Tools.ShellAsync(script, installation.ClientEnvironment, cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }

    public override async Task CleanUpAsync(CancellationToken cancellationToken)
    {
        await base.CleanUpAsync(cancellationToken);
        await Destination.ExecuteAsync($"drop table if exists {Images}", cancellationToken);
    }

    static string Columns(string of, string named) =>
        string.Join(", ", RepairSubject.Changed.Select(column => named.Length > 0 ? $"{of}{column} as {named}{column}" : $"{of}{column}"));
}
