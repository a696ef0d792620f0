using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>What the cases of one run share.</summary>
sealed class CaseRun(Installation installation, BenchOptions options, Action<string> say)
{
    EndState? _records;

    public Installation Installation => installation;

    public HeadgateCommands Headgate { get; } = new(installation);

    public BenchOptions Options => options;

    public Action<string> Say => say;

    public Rounds Rounds { get; } = new(installation, options.Rounds, say);

    /// <summary>The large source table public.records, made when it is first asked for.</summary>
    public async Task<EndState> RecordsAsync(CancellationToken cancellationToken) =>
        _records ??= await FillAsync("public.records", options.Rows, cancellationToken);

    /// <summary>
    /// The pipeline of public.records. One for all cases: no two pipelines may write the same table. Without a cursor every run is full.
    /// </summary>
    public async Task<string> RecordsPipelineAsync(CancellationToken cancellationToken)
    {
        const string name = "records";
        var yaml = PipelineYaml.Of(name, [PipelineYaml.Object("public.records", "public.records")]);
        await Headgate.ApplyAsync(name, yaml, cancellationToken);
        return name;
    }

    /// <summary>Makes another table of the same kind.</summary>
    public async Task<EndState> FillAsync(string table, long rows, CancellationToken cancellationToken)
    {
        say($"  {table} is filled with {rows:N0} rows ...");
        await RecordsTable.FillAsync(installation.Source, table, rows, cancellationToken);
        return (await EndState.OfAsync(installation.Source, table, cancellationToken))!;
    }

    public async Task ResetPeaksAsync(CancellationToken cancellationToken)
    {
        foreach (var process in installation.Processes) await process.ResetPeakAsync(cancellationToken);
    }

    public async Task<IReadOnlyDictionary<string, double>> PeaksAsync(CancellationToken cancellationToken)
    {
        var peaks = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var process in installation.Processes) peaks[process.Name] = await process.PeakMegabytesAsync(cancellationToken);
        return peaks;
    }
}
