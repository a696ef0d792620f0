using Grpc.Core;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>Answers WatchJob and WatchJobs.</summary>
sealed class JobWatches(
    JobFeed feed, JobFinder finder, JobQueries jobs, JobReads reads, Tokens tokens, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Nothing is silent for longer.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // Lists that are begun at the same time: whoever watches must not take the connections that jobs need to go on.
    readonly SemaphoreSlim _turns = new(8);

    public async Task WatchAsync(
        V1.WatchJobRequest request, string? project, IAsyncStreamWriter<V1.WatchJobResponse> responses, CancellationToken cancellationToken)
    {
        var stream = new WatchedJob(this, request, project, responses);
        await UntilTheEndAsync(stream.RunAsync, cancellationToken);
    }

    public async Task WatchAsync(
        V1.WatchJobsRequest request, string? project, IAsyncStreamWriter<V1.WatchJobsResponse> responses, CancellationToken cancellationToken)
    {
        var stream = new WatchedJobs(this, request, project, responses);
        await UntilTheEndAsync(stream.RunAsync, cancellationToken);
    }

    public JobFeed Feed => feed;

    public JobFinder Finder => finder;

    public JobQueries Jobs => jobs;

    public JobReads Reads => reads;

    public Tokens Tokens => tokens;

    public TimeProvider Time => time;

    /// <summary>Reads when it is its turn.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await read();
        }
        finally
        {
            _turns.Release();
        }
    }

    async Task UntilTheEndAsync(Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await run(end.Token);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw CallErrors.Unavailable("The server stops: go on with the last resume_token.");
        }
    }
}
