using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Commands;

/// <summary>Follows a job by its row.</summary>
static class JobWatch
{
    static readonly string[] Ends =
        [nameof(SyncJobStateMachine.Completed), nameof(SyncJobStateMachine.Canceled), nameof(SyncJobStateMachine.Discarded)];

    /// <summary>Prints a line whenever something changes, until the job stands still; 0 if it has completed, else 1.</summary>
    public static async Task<int> ToTheEndAsync(CommandHost host, Guid jobId, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var last = "";
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (await JobSummary.FindAsync(host.State, jobId, cancellationToken) is not { } job) continue;
            var line = job.ToString();
            if (line != last) Console.WriteLine(line);
            last = line;
            if (Ends.Contains(job.State) || job.State is nameof(SyncJobStateMachine.Failed) or nameof(SyncJobStateMachine.Paused))
                return job.State == nameof(SyncJobStateMachine.Completed) ? 0 : 1;
        }

        return 1;
    }
}
