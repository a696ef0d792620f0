using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>
/// Keeps for one stream what it has not taken yet: of each job the latest state alone, so that a slow client costs no more than the jobs
/// that it watches.
/// </summary>
/// <param name="concerns">Whether a job is to be told of.</param>
/// <param name="isFull">With its objects.</param>
sealed class JobWatcher(Func<JobRow, bool> concerns, bool isFull)
{
    readonly Lock _gate = new();
    readonly SemaphoreSlim _told = new(0, 1);
    Dictionary<Guid, JobChange> _changes = [];
    Snapshot? _snapshot;
    DateTimeOffset _at;
    bool _isTooMuch;

    public bool IsFull => isFull;

    public bool Concerns(JobRow job) => concerns(job);

    /// <summary>One look's changes; without any, it still says that nothing has changed until then.</summary>
    public void Tell(IReadOnlyList<JobChange> changes, Snapshot snapshot, DateTimeOffset at)
    {
        lock (_gate)
        {
            (_snapshot, _at) = (snapshot, at);
            var isNews = false;
            foreach (var change in changes.Where(change => concerns(change.Row)))
            {
                _changes[change.Row.Id] = change;
                isNews = true;
            }

            if (isNews) Wake();
        }
    }

    /// <summary>More has changed than can be told.</summary>
    public void TellTooMuch()
    {
        lock (_gate)
        {
            (_isTooMuch, _changes) = (true, []);
            Wake();
        }
    }

    /// <summary>Until there is something new, or so long.</summary>
    public async Task WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _told.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Late: what there is to be taken says whether there is anything.
        }
    }

    /// <summary>Takes what there is.</summary>
    public News Take()
    {
        lock (_gate)
        {
            var news = new News(_changes.Values, _snapshot, _at, _isTooMuch);
            (_changes, _isTooMuch) = ([], false);
            return news;
        }
    }

    void Wake()
    {
        if (_told.CurrentCount == 0) _told.Release();
    }
}
