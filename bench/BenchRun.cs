using Headgate.Bench.Cases;
using Headgate.Bench.Reporting;
using Headgate.Bench.Stack;

namespace Headgate.Bench;

/// <summary>One run of the benchmark, from fresh servers to the report.</summary>
static class BenchRun
{
    /// <returns>0, or 1 if a run had to be refused.</returns>
    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        Say("Private PostgreSQL and RabbitMQ and the four services start ...");
        await using var installation = await Installation.StartAsync(options.Directory, cancellationToken);
        var machine = await Machine.DescribeAsync(installation, cancellationToken);
        Say(machine.Sentence);
        var run = new CaseRun(installation, options, Say);
        var reports = new List<CaseReport>();
        foreach (var benchCase in AllCases.InOrder.Where(c => options.Cases.Contains(c.Name)))
        {
            Say($"{benchCase.Name}: {options.Rows:N0} rows, a cold and {options.Rounds} warm rounds");
            var report = await benchCase.RunAsync(run, cancellationToken);
            ConsoleReport.Write(report);
            reports.Add(report);
            // After each case: what was measured survives whatever happens to the next one.
            if (options.Markdown is { } file)
                await File.WriteAllTextAsync(file, MarkdownReport.Of(machine, options.CommandLine, reports), cancellationToken);
        }

        if (options.Markdown is not null) Say($"Written to {options.Markdown}.");
        return reports.All(r => r.IsSound) ? 0 : 1;
    }

    static void Say(string line) => Console.WriteLine(line);
}
