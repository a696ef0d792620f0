using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>One stream of a list of jobs: all that the filter lets through, or what has changed since a token; then what changes.</summary>
sealed class WatchedJobs(JobWatches watches, V1.WatchJobsRequest request, string? project, IAsyncStreamWriter<V1.WatchJobsResponse> responses)
{
    const int MostBasic = 500;

    // Clients take 4 MiB in one message unless they are told to take more; a job of 10,000 objects is about one.
    const int MostBytes = 2 * 1024 * 1024;

    /// <summary>How old a token may be: behind an older one lies more than is worth being gone through.</summary>
    static readonly TimeSpan TooOld = TimeSpan.FromHours(24);

    readonly V1.WatchJobsRequest _bound = new(request) { ResumeToken = "" };
    readonly JobSelection _selection = JobFilters.Check(request.Filter, project);
    readonly bool _isFull = JobReads.IsFull(request.View, usual: false);
    ShownPages _pages = new();
    ListedJobs _listed = null!;
    WatchPlace? _place;
    bool _isReset;
    bool _isCaughtUp;
    long _sent = watches.Time.GetTimestamp();

    int PageSize => _isFull ? JobReads.MostFull : MostBasic;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var token = request.ResumeToken.Length == 0
            ? null : WatchPlace.Parse(await watches.Tokens.OpenAsync("resume_token", _bound, project, request.ResumeToken, cancellationToken));
        var watcher = new JobWatcher(_selection.CouldLet, _isFull);
        try
        {
            await watches.Feed.JoinAsync(watcher, cancellationToken);
            if (token is null || !await ResumeAsync(token, cancellationToken)) await BeginAsync(cancellationToken);
            while (true)
            {
                await watcher.WaitAsync(JobWatches.Heartbeat - watches.Time.GetElapsedTime(_sent), watches.Time, cancellationToken);
                var news = watcher.Take();
                if (news.IsTooMuch) await BeginAsync(cancellationToken);
                else await GoOnAsync(news, cancellationToken);
            }
        }
        finally
        {
            watches.Feed.Leave(watcher);
        }
    }

    async Task BeginAsync(CancellationToken cancellationToken)
    {
        (_listed, _pages, _place, _isReset, _isCaughtUp) = (new ListedJobs(_selection, isBegun: true), new ShownPages(), null, true, false);
        await ListAsync(JobKey.First, cancellationToken);
    }

    /// <returns>False: the token is of no use any more.</returns>
    async Task<bool> ResumeAsync(WatchPlace token, CancellationToken cancellationToken)
    {
        var look = await watches.InTurnAsync(
            () => watches.Jobs.ChangedSinceAsync(token.Seen, JobFeed.MostChanges + 1, cancellationToken), cancellationToken);
        // What it saw has not happened yet where the database was put back to an earlier time.
        if (look.Jobs.Count > JobFeed.MostChanges || look.At - token.At > TooOld || token.Seen.End > look.Snapshot.End) return false;
        (_listed, _place) = (new ListedJobs(_selection, isBegun: false), token);
        _pages.Add(token.Shown ?? JobKey.Last, look.Snapshot);
        var judged = look.Jobs.Where(_selection.CouldLet).ToLookup(_listed.Judge);
        string[] removed = [.. judged[false].Select(job => job.Id.ToString())];
        var parts = judged[true].Chunk(PageSize).DefaultIfEmpty([]).ToList();
        foreach (var part in parts[..^1]) await SendAsync(await MessagesAsync(part, look.At, cancellationToken), [], token, cancellationToken);
        await SendAsync(
            await MessagesAsync(parts[^1], look.At, cancellationToken), removed, new WatchPlace(look.Snapshot, look.At, token.Shown), cancellationToken,
            isLast: token.Shown is null);
        if (token.Shown is { } shown) await ListAsync(shown, cancellationToken);
        return true;
    }

    // From the first look on changes are told, whenever the rest of the list was read.
    async Task ListAsync(JobKey after, CancellationToken cancellationToken)
    {
        for (JobKey? next = after; next is { } behind;)
        {
            var page = await watches.InTurnAsync(() => watches.Jobs.PageAsync(_selection, behind, PageSize, cancellationToken), cancellationToken);
            var shown = page.Jobs.Take(PageSize).ToList();
            next = shown.Count < page.Jobs.Count ? shown[^1].Key : null;
            _pages.Add(next ?? JobKey.Last, page.Snapshot);
            foreach (var job in shown) _listed.Judge(job);
            _place ??= new WatchPlace(page.Snapshot, page.At, JobKey.First);
            var messages = await MessagesAsync(shown, page.At, cancellationToken);
            await SendAsync(messages, [], _place with { At = page.At, Shown = next }, cancellationToken, isLast: next is null);
        }
    }

    async Task GoOnAsync(News news, CancellationToken cancellationToken)
    {
        if (news.Snapshot is { } snapshot)
        {
            var judged = news.Changes.Where(change => !_pages.Know(change.Row)).ToLookup(change => _listed.Judge(change.Row));
            _pages.Forget(snapshot);
            var place = new WatchPlace(snapshot, news.At, null);
            V1.Job[] shown = [.. judged[true].Select(change => _isFull ? change.Full : change.Basic)];
            string[] removed = [.. judged[false].Select(change => change.Row.Id.ToString())];
            if (shown.Length + removed.Length > 0) await SendAsync(shown, removed, place, cancellationToken);
            _place = place;
        }

        if (watches.Time.GetElapsedTime(_sent) >= JobWatches.Heartbeat) await SendAsync([], [], _place!, cancellationToken);
    }

    async Task<IReadOnlyList<V1.Job>> MessagesAsync(IReadOnlyList<JobRow> rows, DateTimeOffset at, CancellationToken cancellationToken) =>
        _isFull ? await watches.Reads.FullAsync(rows, at, cancellationToken) : [.. rows.Select(job => JobMessages.Of(job, at))];

    // In as many responses as it takes; only the last one's token says that all was shown.
    async Task SendAsync(
        IReadOnlyList<V1.Job> jobs, IReadOnlyList<string> removed, WatchPlace place, CancellationToken cancellationToken, bool isLast = false)
    {
        var response = new V1.WatchJobsResponse();
        var bytes = 0;
        foreach (var job in jobs)
        {
            var more = job.CalculateSize();
            if (response.Jobs.Count > 0 && (bytes + more > MostBytes || response.Jobs.Count == MostBasic))
            {
                await SendAsync(response, cancellationToken);
                (response, bytes) = (new V1.WatchJobsResponse(), 0);
            }

            response.Jobs.Add(job);
            bytes += more;
        }

        response.RemovedIds.AddRange(removed);
        (_place, _isCaughtUp) = (place, _isCaughtUp || isLast);
        await SendAsync(response, cancellationToken);
    }

    async Task SendAsync(V1.WatchJobsResponse response, CancellationToken cancellationToken)
    {
        (response.Reset, response.CaughtUp) = (_isReset, _isCaughtUp);
        response.ResumeToken = await watches.Tokens.SealAsync("resume_token", _bound, project, _place!.ToString(), cancellationToken);
        response.At = Timestamp.FromDateTimeOffset(_place.At);
        _isReset = false;
        await responses.WriteAsync(response, cancellationToken);
        _sent = watches.Time.GetTimestamp();
    }
}
