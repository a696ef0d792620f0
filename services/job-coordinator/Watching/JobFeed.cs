using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Watching;

/// <summary>
/// The one reader of changes in a process, for all who watch, and only while somebody does. Each look finds what the look before did not
/// see: a transaction that commits late is in no snapshot until it has.
/// </summary>
sealed partial class JobFeed(JobQueries jobs, JobReads reads, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<JobFeed> log)
{
    /// <summary>Changes that are told one by one; more of them at once, and those who watch begin anew.</summary>
    public const int MostChanges = 10_000;

    /// <summary>From the beginning of one look to that of the next: changes are to be shown within 500 ms.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    readonly HashSet<JobWatcher> _watchers = [];
    TaskCompletionSource? _isLooking;

    /// <summary>From when this returns, the watcher is told of what was not to be seen before.</summary>
    public async Task JoinAsync(JobWatcher watcher, CancellationToken cancellationToken)
    {
        Task isLooking;
        lock (_gate)
        {
            _watchers.Add(watcher);
            if (_isLooking is null)
            {
                _isLooking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _ = Task.Run(LookAsync, CancellationToken.None);
            }

            isLooking = _isLooking.Task;
        }

        await isLooking.WaitAsync(cancellationToken);
    }

    public void Leave(JobWatcher watcher)
    {
        lock (_gate) _watchers.Remove(watcher);
    }

    async Task LookAsync()
    {
        Snapshot? seen = null;
        while (Watchers().Count > 0)
        {
            var began = time.GetTimestamp();
            var pause = Pace;
            try
            {
                seen = seen is null ? await BeginAsync() : await TellAsync(seen);
            }
            catch (Exception error) when (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // Nothing was told, so nothing is lost: the next look begins where this one did.
                LogLookFailed(error.GetType().Name, (error as PostgresException)?.SqlState);
                pause = Retry;
            }
            catch (Exception)
            {
                return;
            }

            var left = pause - time.GetElapsedTime(began);
            if (left > TimeSpan.Zero) await Task.Delay(left, time, CancellationToken.None);
        }
    }

    List<JobWatcher> Everybody()
    {
        lock (_gate) return [.. _watchers];
    }

    // Whoever joins either is among them, or begins the next series of looks.
    List<JobWatcher> Watchers()
    {
        lock (_gate)
        {
            if (_watchers.Count == 0) _isLooking = null;
            return [.. _watchers];
        }
    }

    async Task<Snapshot> BeginAsync()
    {
        var seen = (await jobs.NothingAsync(lifetime.ApplicationStopping)).Snapshot;
        lock (_gate) _isLooking?.TrySetResult();
        return seen;
    }

    async Task<Snapshot> TellAsync(Snapshot seen)
    {
        var look = await jobs.ChangedSinceAsync(seen, MostChanges + 1, lifetime.ApplicationStopping);
        // Also who has joined since it was begun: what they have read may be older than what it saw, and the next look begins behind that.
        var watchers = Everybody();
        if (look.Jobs.Count > MostChanges)
        {
            foreach (var watcher in watchers) watcher.TellTooMuch();
            return look.Snapshot;
        }

        var wanted = look.Jobs.Where(job => watchers.Any(watcher => watcher.IsFull && watcher.Concerns(job))).ToList();
        var full = (await reads.FullAsync(wanted, look.At, lifetime.ApplicationStopping)).ToDictionary(job => job.Id, StringComparer.Ordinal);
        var changes = look.Jobs.Select(job => new JobChange(job, look.At, full.GetValueOrDefault(job.Id.ToString()))).ToList();
        foreach (var watcher in watchers) watcher.Tell(changes, look.Snapshot, look.At);
        return look.Snapshot;
    }
}
