using System.Collections.Concurrent;
using Headgate.Contracts.Loading;
using MassTransit;

namespace Headgate.IngestWorker.Loading;

/// <summary>
/// Tells how far this process has come: one message a second for a job, whatever the number of batches, so that progress never
/// crowds what matters.
/// </summary>
sealed partial class ProgressReporter(IBus bus, TimeProvider time, ILogger<ProgressReporter> log) : BackgroundService
{
    readonly ConcurrentDictionary<SegmentInHand, byte> _inHand = new();

    public SegmentInHand Take(LoadSegment load) => Take(load.JobId, load.Epoch, load.ObjectNo, load.SegmentNo);

    /// <summary>What comes after an object's segments is told of as a segment too.</summary>
    public SegmentInHand Take(FinishObjects finish, int objectNo) => Take(finish.JobId, finish.Epoch, objectNo, SegmentProgress.NoSegment);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await ReportAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops: the ledger has what is not told any more.
        }
    }

    async Task ReportAsync(CancellationToken cancellationToken)
    {
        var jobs = _inHand.Keys.Where(hand => hand.Counts is not null).GroupBy(hand => (hand.JobId, hand.Epoch));
        foreach (var job in jobs.Where(job => job.Any(hand => hand.HasNews)))
        {
            try
            {
                await bus.Publish(Describe(job.Key.JobId, job.Key.Epoch, job), cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // The broker is away. Progress is for people: the next second tells it again.
                foreach (var hand in job) hand.TellAgain();
                LogNotTold(job.Key.JobId, error.GetType().Name);
            }
        }
    }

    SegmentInHand Take(Guid jobId, int epoch, int objectNo, int segmentNo)
    {
        var hand = new SegmentInHand(jobId, epoch, objectNo, segmentNo, done => _inHand.TryRemove(done, out _));
        _inHand[hand] = 0;
        return hand;
    }

    static JobProgressed Describe(Guid jobId, int epoch, IEnumerable<SegmentInHand> segments) =>
        new() { JobId = jobId, Epoch = epoch, Segments = [.. segments.Select(hand => hand.Tell()).OfType<SegmentProgress>()] };
}
