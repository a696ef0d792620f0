using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using MassTransit;

namespace Headgate.IngestWorker.Steps;

/// <summary>
/// Where every step's message is taken and answered. Nothing but cancellation leaves it: a failure becomes StepFailed here, and a
/// worker that stops hands the message back, so that stopping never counts as a failed attempt.
/// </summary>
sealed partial class StepRun(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StepRun> log)
{
    static readonly TimeSpan StoppingPause = TimeSpan.FromSeconds(1);

    public async Task RunAsync<T>(ConsumeContext<T> context, StepAddress address, Func<CancellationToken, Task<StepAnswer>> step)
        where T : class
    {
        using var scope = log.BeginScope(new Dictionary<string, object> { ["JobId"] = address.JobId });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        switch (await AnswerAsync(address, step, stop.Token))
        {
            case StepAnswer.Say say:
                await context.Publish(say.Event);
                await FaultPoint.ReachedAsync(FaultPoints.StepAnswered, address.Step.ToString());
                break;
            case StepAnswer.Again:
                // A lost broker connection: the broker itself delivers the message again.
                context.CancellationToken.ThrowIfCancellationRequested();
                await context.SendTo(address.Lane, context.Message);
                break;
            case StepAnswer.Nothing nothing:
                LogSkipped(address.Step, address.ObjectNo, address.SegmentNo, nothing.Why);
                break;
        }
    }

    async Task<StepAnswer> AnswerAsync(StepAddress address, Func<CancellationToken, Task<StepAnswer>> step, CancellationToken stop)
    {
        try
        {
            // Between the decision to stop and the bus's own end: not to and fro at full speed.
            if (stop.IsCancellationRequested) await Task.Delay(StoppingPause, time);
            stop.ThrowIfCancellationRequested();
            return await step(stop);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return new StepAnswer.Again();
        }
        catch (Exception error)
        {
            var problem = Problems.Of(error);
            if (Problems.AreForeseen(error)) LogFailed(address.Step, address.ObjectNo, address.SegmentNo, problem.Code, problem.SqlState);
            else LogUnexpected(
                address.Step, address.ObjectNo, address.SegmentNo, error.GetType().FullName, problem.SqlState, error.StackTrace);
            return new StepAnswer.Say(address.Failed(problem));
        }
    }
}
