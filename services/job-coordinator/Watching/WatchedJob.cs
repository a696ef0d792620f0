using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>One stream of one job: at once as it stands, then each time that it has changed, to its end.</summary>
sealed class WatchedJob(JobWatches watches, V1.WatchJobRequest request, string? project, IAsyncStreamWriter<V1.WatchJobResponse> responses)
{
    readonly V1.WatchJobRequest _bound = new(request) { ResumeToken = "" };
    readonly bool _isFull = JobReads.IsFull(request.View, usual: true);
    JobRow _job = null!;
    V1.Job? _shown;
    Snapshot _seen = null!;
    DateTimeOffset _at;
    long _sent = watches.Time.GetTimestamp();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (id, known) = await NameAsync(cancellationToken);
        var watcher = new JobWatcher(job => job.Id == id, _isFull);
        try
        {
            await watches.Feed.JoinAsync(watcher, cancellationToken);
            await BeginAsync(id, known, cancellationToken);
            while (_job.Finished is null)
            {
                await watcher.WaitAsync(JobWatches.Heartbeat - watches.Time.GetElapsedTime(_sent), watches.Time, cancellationToken);
                var news = watcher.Take();
                if (news.IsTooMuch) await BeginAsync(id, known: null, cancellationToken);
                else await GoOnAsync(news, cancellationToken);
            }
        }
        finally
        {
            watches.Feed.Leave(watcher);
        }
    }

    // A stream that goes on stays with its job, which the pipeline may have left behind meanwhile.
    async Task<(Guid Id, ulong? Known)> NameAsync(CancellationToken cancellationToken)
    {
        if (request.ResumeToken.Length == 0) return ((await watches.Finder.FindAsync(request.Job, project, cancellationToken)).Job.Id, null);
        var place = (await watches.Tokens.OpenAsync("resume_token", _bound, project, request.ResumeToken, cancellationToken)).Split('/');
        return (Guid.Parse(place[0]), ulong.Parse(place[1], CultureInfo.InvariantCulture));
    }

    async Task BeginAsync(Guid id, ulong? known, CancellationToken cancellationToken)
    {
        var (job, look) = await watches.InTurnAsync(() => watches.Finder.ByIdAsync(id, project, cancellationToken), cancellationToken);
        (_job, _seen, _at) = (job, look.Snapshot, look.At);
        if (job.Changed == known) return;
        await ShowAsync(
            _isFull ? (await watches.Reads.FullAsync([job], look.At, cancellationToken))[0] : JobMessages.Of(job, look.At), cancellationToken);
    }

    async Task GoOnAsync(News news, CancellationToken cancellationToken)
    {
        if (news.Snapshot is not null) _at = news.At;
        // What was told from an older look than that of the beginning is known already.
        if (news.Changes.SingleOrDefault(change => !_seen.Sees(change.Row.Changed)) is { } change)
        {
            _job = change.Row;
            await ShowAsync(_isFull ? change.Full : change.Basic, cancellationToken);
        }

        if (watches.Time.GetElapsedTime(_sent) >= JobWatches.Heartbeat) await SendAsync(null, cancellationToken);
    }

    // A row also changes in what is nobody's business, for example in when the job is looked at next.
    async Task ShowAsync(V1.Job job, CancellationToken cancellationToken)
    {
        if (job.Equals(_shown)) return;
        _shown = job;
        await SendAsync(job, cancellationToken);
    }

    async Task SendAsync(V1.Job? job, CancellationToken cancellationToken)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{_job.Id}/{_job.Changed}");
        await responses.WriteAsync(
            new V1.WatchJobResponse
            {
                Job = job,
                ResumeToken = await watches.Tokens.SealAsync("resume_token", _bound, project, place, cancellationToken),
                At = Timestamp.FromDateTimeOffset(_at),
            },
            cancellationToken);
        _sent = watches.Time.GetTimestamp();
    }
}
