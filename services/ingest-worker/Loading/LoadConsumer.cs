using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Telemetry;
using MassTransit;

namespace Headgate.IngestWorker.Loading;

/// <summary>Runs the load of a segment and turns its outcome into a message: the one place where that is done.</summary>
sealed class LoadConsumer(StepRun steps, SegmentLoader loader, JobRates rates) : IConsumer<LoadSegment>
{
    public Task Consume(ConsumeContext<LoadSegment> context)
    {
        var load = context.Message;
        var address = new StepAddress(load.JobId, load.Epoch, JobStep.Load, Lanes.Load, load.ObjectNo, load.SegmentNo);
        return steps.RunAsync(context, address, async (hand, stop) =>
        {
            using var activity = WorkerTelemetry.Start("load", load.JobId);
            using var rate = rates.Take(load);
            var outcome = await loader.RunAsync(load, rate.Rate, hand.Stopping, stop);
            WorkerTelemetry.Loaded(outcome.GetType().Name);
            return Answer(rate.Renew(load), address, outcome);
        });
    }

    static StepAnswer Answer(LoadSegment load, StepAddress address, LoadOutcome outcome) => outcome switch
    {
        LoadOutcome.Loaded loaded => new StepAnswer.Say(new SegmentLoaded
        {
            JobId = load.JobId,
            Epoch = load.Epoch,
            ObjectNo = load.ObjectNo,
            SegmentNo = load.SegmentNo,
            Counts = loaded.Counts,
            Deferred = loaded.Deferred,
            Round = load.Round,
            RejectPeak = loaded.RejectPeak,
            BusyMs = loaded.BusyMs,
        }),
        LoadOutcome.Lost => new StepAnswer.Say(
            new SegmentLost { JobId = load.JobId, Epoch = load.Epoch, ObjectNo = load.ObjectNo, SegmentNo = load.SegmentNo }),
        LoadOutcome.Failed failed => new StepAnswer.Say(address.Failed(failed.Problem)),
        LoadOutcome.Skipped skipped => new StepAnswer.Nothing(skipped.Why),
        LoadOutcome.Yielded or LoadOutcome.Aborted => new StepAnswer.Again(load),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} has no answer."),
    };
}
