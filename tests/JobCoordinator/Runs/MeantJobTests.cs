using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>A run that is to take the place of one certain job.</summary>
[Collection(nameof(SagaCollection))]
public sealed class MeantJobTests(SagaBench bench)
{
    readonly SuccessorBench _runs = new(bench);

    [Fact]
    public async Task Job_that_is_another_one_than_was_meant_goes_on_and_the_run_is_skipped()
    {
        var job = await _runs.ActiveAsync("Processing");
        var (other, meant) = (SuccessorBench.Run(job) with { ActiveJobId = Guid.NewGuid() }, SuccessorBench.Run(job) with { ActiveJobId = job.Id });

        // Asked again it is told alike: the job may be gone by then.
        foreach (var _ in new[] { 1, 2 })
        {
            var answer = await _runs.StartAsync(other);
            Assert.Equal((RunOutcome.Skipped, RunRule.ActiveJob, job.Id), (answer.Outcome, answer.Rule, answer.JobId));
        }

        Assert.Null(await SuccessorBench.WaitingAsync(job));
        Assert.Equal(0, await job.TimesOwedAsync(nameof(CancelJob)));
        Assert.Equal(RunOutcome.Waiting, (await _runs.StartAsync(meant)).Outcome);
    }
}
