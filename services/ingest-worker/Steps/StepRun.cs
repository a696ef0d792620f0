using Headgate.Hosting.Bus;
using Headgate.Hosting.Faults;
using MassTransit;

namespace Headgate.IngestWorker.Steps;

/// <summary>
/// Where every step's message is taken and answered. Nothing but cancellation leaves it: a failure becomes StepFailed here, a worker that
/// stops hands the message back, so that stopping never counts as a failed attempt, and what a stopped job had in hand is dropped: the
/// job plans it again when it goes on.
/// </summary>
sealed partial class StepRun(IHostApplicationLifetime lifetime, StepsInHand inHand, MissedStops missed, TimeProvider time, ILogger<StepRun> log)
{
    const string NotBegun = "the job is being stopped";
    const string GivenUp = "given up, since the job is being stopped";
    static readonly TimeSpan StoppingPause = TimeSpan.FromSeconds(1);

    public Task RunAsync<T>(ConsumeContext<T> context, StepAddress address, Func<CancellationToken, Task<StepAnswer>> step)
        where T : class =>
        RunAsync(context, address, (_, stop) => step(stop));

    /// <param name="context">The message.</param>
    /// <param name="address">Which step it asks for.</param>
    /// <param name="step">Given the step in hand, and what ends it at once.</param>
    public async Task RunAsync<T>(ConsumeContext<T> context, StepAddress address, Func<StepInHand, CancellationToken, Task<StepAnswer>> step)
        where T : class
    {
        using var scope = log.BeginScope(new Dictionary<string, object> { ["JobId"] = address.JobId });
        switch (await AnswerAsync(address, step, context.CancellationToken))
        {
            case StepAnswer.Say say:
                await context.Publish(say.Event);
                await FaultPoint.ReachedAsync(FaultPoints.StepAnswered, address.Step.ToString());
                break;
            case StepAnswer.Again again:
                // A lost broker connection: the broker itself delivers the message again.
                context.CancellationToken.ThrowIfCancellationRequested();
                await context.SendTo(address.Lane, again.Command as T ?? context.Message);
                break;
            case StepAnswer.Nothing nothing:
                LogSkipped(address.Step, address.ObjectNo, address.SegmentNo, nothing.Why);
                break;
        }
    }

    async Task<StepAnswer> AnswerAsync(
        StepAddress address, Func<StepInHand, CancellationToken, Task<StepAnswer>> step, CancellationToken connection)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection, lifetime.ApplicationStopping);
        using var hand = inHand.Take(address, end.Token);
        if (hand is null) return new StepAnswer.Nothing(NotBegun);
        await missed.AskAsync(address, end.Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end.Token, hand.Aborting);
        var answer = await AnswerAsync(address, () => step(hand, stop.Token), stop.Token);
        return answer is StepAnswer.Again && hand.Stopping.IsCancellationRequested ? new StepAnswer.Nothing(GivenUp) : answer;
    }

    async Task<StepAnswer> AnswerAsync(StepAddress address, Func<Task<StepAnswer>> step, CancellationToken stop)
    {
        try
        {
            // Between the decision to stop and the bus's own end: not to and fro at full speed.
            if (stop.IsCancellationRequested) await Task.Delay(StoppingPause, time);
            stop.ThrowIfCancellationRequested();
            return await step();
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
