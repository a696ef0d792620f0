using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Telemetry;
using MassTransit;

namespace Headgate.IngestWorker.Finishing;

sealed class FinishConsumer(StepRun steps, ObjectFinisher finisher, JobRates rates) : IConsumer<FinishObjects>
{
    public Task Consume(ConsumeContext<FinishObjects> context)
    {
        var finish = context.Message;
        var address = new StepAddress(finish.JobId, finish.Epoch, JobStep.Finish, Lanes.Load);
        return steps.RunAsync(context, address, async (hand, stop) =>
        {
            using var activity = WorkerTelemetry.Start("finish", finish.JobId);
            using var rate = rates.Take(finish);
            var answer = await finisher.RunAsync(finish, rate.Rate, hand.Stopping, stop);
            return answer is StepAnswer.Again ? new StepAnswer.Again(rate.Renew(finish)) : answer;
        });
    }
}
