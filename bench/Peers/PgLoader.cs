using System.Diagnostics;
using Headgate.Bench.Measuring;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>pgloader, which makes the table and its key itself; the key only where it may drop the table before, which is not there.</summary>
sealed class PgLoader(Installation installation, string schema, string table, EndState expected)
    : TableContender(Contenders.PgLoader, installation.Peer, $"{schema}.{table}", expected)
{
    readonly string _selection = $"'{table}' in schema '{schema}'";

    public override string? Missing { get; } = Tools.Has("pgloader") ? null : "not installed (apt-get install pgloader)";

    public override async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(installation.Scratch, "bench.load");
        await File.WriteAllTextAsync(
            file,
            $"""
             load database from {installation.Source.Uri} into {installation.Peer.Uri}
             with include drop, create tables, create indexes, reset no sequences, prefetch rows = 10000
             including only table names matching {_selection};
             """,
            cancellationToken);
        var watch = Stopwatch.StartNew();
        await Tools.RunAsync(
            "pgloader", ["--no-ssl-cert-verification", "--root-dir", installation.Scratch, file], installation.ClientEnvironment, cancellationToken);
        return new Measure(watch.Elapsed.TotalSeconds);
    }
}
