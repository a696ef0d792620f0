using Npgsql;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>
/// Judges what became of a pipeline's runs. It reads PostgreSQL alone, state, source and destination: what is not there has not happened,
/// whatever anybody says.
/// </summary>
public sealed class RunChecker
{
    static readonly Func<CheckedRun, Task<IReadOnlyList<Finding>>>[] Checks =
    [
        TablesCheck.RunAsync, LedgerCheck.RunAsync, StagedCheck.RunAsync, CountsCheck.RunAsync, ChangeLogCheck.RunAsync, PeopleCheck.RunAsync,
        OffsetsCheck.RunAsync, StatesCheck.RunAsync, ObligationsCheck.RunAsync, FenceCheck.RunAsync, StopsCheck.RunAsync,
    ];

    readonly CheckedRun _run;

    RunChecker(CheckedRun run) => _run = run;

    /// <summary>Before the first run: takes note of the destination's tables, and begins to keep what is shown.</summary>
    public static async Task<RunChecker> BeginAsync(
        NpgsqlDataSource state, NpgsqlDataSource source, NpgsqlDataSource destination, string pipeline, params IReadOnlyList<CheckedTable> tables)
    {
        await Watch.InstallAsync(state);
        var before = new Dictionary<string, TableImage>(StringComparer.Ordinal);
        foreach (var table in tables) before[table.Name] = await TableImage.ReadAsync(destination, table.Name);
        return new RunChecker(new CheckedRun
        {
            State = state,
            Source = source,
            Destination = destination,
            Pipeline = pipeline,
            Tables = tables,
            Before = before,
        });
    }

    /// <summary>The same run judged in copies of its databases.</summary>
    public RunChecker In(NpgsqlDataSource state, NpgsqlDataSource source, NpgsqlDataSource destination) => new(_run.In(state, source, destination));

    /// <summary>All that is wrong. The jobs stand still.</summary>
    public async Task<IReadOnlyList<Finding>> JudgeAsync()
    {
        await _run.ReadJobsAsync();
        if (_run.Jobs.Count == 0) return [new Finding(Guarantee.StatesAreLegal, $"pipeline {_run.Pipeline} has no job")];
        var findings = new List<Finding>();
        foreach (var check in Checks) findings.AddRange(await check(_run));
        return findings;
    }
}
