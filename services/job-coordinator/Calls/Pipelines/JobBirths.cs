using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>
/// Waits for jobs that are on their way: a pipeline is claimed in one transaction, and the job is made by a message that this owes,
/// perhaps in another coordinator, of which nothing is heard here: so it is looked for.
/// </summary>
sealed class JobBirths(JobQueries jobs, TimeProvider time)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    /// <summary>The job as soon as it is there, and as it is wanted; null: not within 2 s, while it may still come.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="isWanted">Null: in whatever state.</param>
    public async Task<(JobRow Job, DateTimeOffset At)?> WaitAsync(Guid id, CancellationToken cancellationToken, Func<JobRow, bool>? isWanted = null)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(Between, time, cancellationToken))
        {
            var look = await jobs.ByIdAsync(id, cancellationToken);
            var isLast = time.GetElapsedTime(began) > Patience;
            if (look.Jobs is [var job] && (isLast || isWanted is null || isWanted(job))) return (job, look.At);
            if (isLast) return null;
        }
    }
}
