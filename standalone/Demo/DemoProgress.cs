using Headgate.JobCoordinator.Database;
using Spectre.Console;

namespace Headgate.Standalone.Demo;

/// <summary>A live bar for what is read and one for what is written.</summary>
static class DemoProgress
{
    static readonly string[] Ends = ["Completed", "Canceled", "Discarded", "Failed", "Paused"];

    public static Task<JobSummary> FollowAsync(CoordinatorState state, Guid jobId, CancellationToken cancellationToken) =>
        AnsiConsole.Progress().HideCompleted(false).StartAsync(async progress =>
        {
            var read = progress.AddTask("  extracted", maxValue: 1);
            var written = progress.AddTask("  written", maxValue: 1);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (true)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                if (await JobSummary.FindAsync(state, jobId, cancellationToken) is not { } job) continue;
                var hasEnded = Ends.Contains(job.State);
                Show(read, job.Extracted, Math.Max(job.Estimated, job.Extracted), hasEnded || job.State is not ("Pending" or "Initializing"));
                Show(written, job.Written, job.Extracted, hasEnded);
                if (hasEnded) return job;
            }
        });

    static void Show(ProgressTask bar, long done, long total, bool isComplete)
    {
        bar.MaxValue = Math.Max(1, total);
        bar.Value = isComplete ? bar.MaxValue : Math.Min(done, bar.MaxValue * 0.99);
    }
}
