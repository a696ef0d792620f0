using Headgate.Bench.Batches;
using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Cases;

/// <summary>What the cases of one run share.</summary>
sealed class CaseRun(Installation installation, BenchOptions options, Action<string> say)
{
    const long MostRepaired = 1_000_000;

    EndState? _records;
    RepairSubject? _repair;

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

    /// <summary>Rows of the table that is repaired.</summary>
    public long RepairedRows => Math.Min(options.Rows, MostRepaired);

    /// <summary>A table of the same kind as it was and as a job leaves it, made when it is first asked for.</summary>
    public async Task<RepairSubject> RepairSubjectAsync(CancellationToken cancellationToken)
    {
        if (_repair is not null) return _repair;
        const string table = "public.records_repair", before = "public.records_repair_before", name = "repair";
        await FillAsync(table, RepairedRows, cancellationToken);
        await installation.Source.ExecuteAsync(RecordsTable.Create(before), cancellationToken);
        await installation.Source.ExecuteAsync($"insert into {before} {RecordsTable.Before(table)}", cancellationToken);
        await Headgate.ApplyAsync(name, PipelineYaml.Of(name, [PipelineYaml.Object(table, table)]), cancellationToken);
        return _repair = new RepairSubject(table, before, name, (await EndState.OfAsync(installation.Source, before, cancellationToken))!);
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
