using System.Threading.Channels;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.State;

namespace Headgate.IngestWorker.Staging;

/// <summary>
/// Deletes what was staged for attempts that are released with their staging: a read that was in hand when its job was released can
/// have made its directory, and a file of records in it, after the release had deleted both. And what dry runs have shown, once that is over.
/// </summary>
sealed partial class StagingSweep(
    IngestState state, StagingDirectory staging, SampleFiles samples, TimeProvider time, ILogger<StagingSweep> log) : BackgroundService
{
    /// <summary>Between two looks without a cause: a worker that is killed can tell nobody what it leaves.</summary>
    static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    readonly Channel<bool> _causes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>A read has ended whose file nobody wants: its job may have been released while it began.</summary>
    public void Look() => _causes.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => Look(), state: null, TimeSpan.Zero, Period);
        try
        {
            await foreach (var _ in _causes.Reader.ReadAllAsync(stoppingToken)) await SweepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The directories first: one that is there, of an attempt that is released by then, is none that a resumed job has just made.
            var found = staging.Attempts();
            if (found.Count > 0)
                foreach (var (job, attempt) in await ReleasedAsync(found, cancellationToken)) staging.DeleteAttempts(job, attempt);
            samples.Sweep();
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // The state database is away, or a file is being made there: the next look sees it again.
            LogNotSwept(error.GetType().Name);
        }
    }

    async Task<List<(Guid Job, int Attempt)>> ReleasedAsync(IReadOnlyList<(Guid Job, int Attempt)> found, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.job_id, a.attempt from unnest($1, $2) f(job_id, attempt) join ingest.attempt a using (job_id, attempt)
            where a.released_epoch is not null and a.pipeline is null
            """);
        command.With(found.Select(each => each.Job).ToArray(), found.Select(each => each.Attempt).ToArray());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var released = new List<(Guid, int)>();
        while (await rows.ReadAsync(cancellationToken)) released.Add((rows.GetGuid(0), rows.GetInt32(1)));
        return released;
    }
}
