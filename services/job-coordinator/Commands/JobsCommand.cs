using Spectre.Console;

namespace Headgate.JobCoordinator.Commands;

/// <summary>Lists the latest jobs.</summary>
static class JobsCommand
{
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var host = await CommandHost.StartAsync(cancellationToken);
        var table = new Table().AddColumns("Job", "Pipeline", "Kind", "State", "Extracted", "Written", "Rejected", "Remark");
        foreach (var job in await JobSummary.LatestAsync(host.State, 50, cancellationToken))
        {
            table.AddRow(
                job.JobId.ToString(), Markup.Escape(job.Pipeline), job.Kind, job.State, $"{job.Extracted:N0}", $"{job.Written:N0}", $"{job.Rejected:N0}",
                Markup.Escape(job.Error ?? job.WaitingFor ?? ""));
        }

        AnsiConsole.Write(table);
        return 0;
    }
}
