using Headgate.Contracts.Runs;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.Scheduler.Runs;

/// <summary>Hands a run on to the coordinator, which answers whoever asked.</summary>
sealed class StartRunConsumer : IConsumer<StartRun>
{
    public async Task Consume(ConsumeContext<StartRun> context)
    {
        var run = context.Message;
        var coordinator = await context.GetSendEndpoint(Lanes.Address(Lanes.Starts));
        await coordinator.Send(
            new StartJob
            {
                RunId = run.RunId,
                Project = run.Project,
                Pipeline = run.Pipeline,
                PipelineId = run.PipelineId,
                Trigger = run.Trigger,
                TriggerDetail = run.TriggerDetail,
                Actor = run.Actor,
                Reason = run.Reason,
                OnActiveJob = run.OnActiveJob,
                ActiveJobId = run.ActiveJobId,
                Resync = run.Resync,
                DropAndLoad = run.DropAndLoad,
                ConfirmedFullLoad = run.ConfirmedFullLoad,
                ConfirmedVersion = run.ConfirmedVersion,
            },
            Pipe.Execute<SendContext>(send => { send.RequestId = context.RequestId; send.ResponseAddress = context.ResponseAddress; }),
            context.CancellationToken);
    }
}
