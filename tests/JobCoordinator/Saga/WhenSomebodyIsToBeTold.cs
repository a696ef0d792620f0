using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What leaves where a pipeline's file wants somebody told.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenSomebodyIsToBeTold(SagaBench bench)
{
    static readonly NotifyDefinition Told = new() { Email = "ops@example.com", Webhook = "env:OPS" };

    [Fact]
    public async Task Whom_is_told_of_an_extraction_cancel_is_said_to_the_notifier_alone()
    {
        var job = await bench.AcceptAsync(notify: Told);
        await job.CancelAsync();
        await SaidApartAsync(job, "ExtractionCanceled");
    }

    [Fact]
    public async Task Whom_is_told_of_a_failure_is_said_to_the_notifier_alone()
    {
        var job = await (await bench.AcceptAsync(notify: Told)).InAsync("Initializing");
        await job.BreakAsync(JobStep.Prepare, retryable: false);
        await SaidApartAsync(job, "JobFailed");
    }

    // What is published is done when it has left; the notifier's is owed until it has answered.
    async Task SaidApartAsync(SagaJob job, string message) => Assert.Equal(
        ["everybody: done when it has left", $"{Lanes.Notices}: done when it is answered ops@example.com env:OPS"],
        await bench.ListAsync<string>(
            $"""
             select concat_ws(' ', coalesce(lane, 'everybody') || ': done when it', case when awaits_answer then 'is answered' else 'has left' end,
                              body -> 'notify' ->> 'email', body -> 'notify' ->> 'webhook') as "Value"
             from coordinator.obligation where job_id = {job.Id} and message = {$"Headgate.Contracts.Jobs.{message}"} order by sequence
             """));
}
