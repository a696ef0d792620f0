using Headgate.JobCoordinator.Doubts;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Tests.Saga;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>Several jobs with records in doubt, of which one cannot be asked about for a reason that nobody has foreseen.</summary>
public sealed class DoubtResolverTests(SagaBench bench) : IClassFixture<SagaBench>
{
    static readonly TimeSpan Much = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Job_that_cannot_be_resolved_is_logged_and_asked_again_and_the_others_of_its_tick_go_on()
    {
        var (broken, other) = (await CanceledAsync(), await CanceledAsync());
        var connector = new BreakingConnector(broken.Id);
        var log = new SignalingLog<DoubtResolver>();
        await bench.ExecuteAsync($"update coordinator.sync_job set doubts_due_at = now() where job_id in ({broken.Id}, {other.Id})");

        await using var fences = new FenceOpener([connector], bench.Pipelines, TimeProvider.System);
        var options = new CoordinatorOptions { ReconcileEvery = TimeSpan.FromMilliseconds(20), DoubtRetry = TimeSpan.FromMilliseconds(200) };
        await using var resolver = await bench.RunAsync<DoubtResolver>(fences, log, Options.Create(options));

        // The other one is answered only when the broken one has been given up for now.
        var line = await log.FirstAsync(LogLevel.Error).WaitAsync(Much);
        connector.Answer.SetResult();
        await bench.EventuallyAsync(async () => !await IsDueAsync(other));
        await connector.AskedAgain.WaitAsync(Much);

        Assert.Contains($"{broken.Id}", line, StringComparison.Ordinal);
        Assert.Contains(nameof(InvalidOperationException), line, StringComparison.Ordinal);
        Assert.DoesNotContain(BreakingConnector.Secret, line, StringComparison.Ordinal);
        Assert.True(await IsDueAsync(broken));
        Assert.Equal(1, connector.TimesAsked(other.Id));
    }

    async Task<SagaJob> CanceledAsync()
    {
        var job = await bench.AcceptAsync(destination: "somewhere");
        await job.CancelAsync();
        await using (await bench.LockAsync($"{DoubtfulConnector.Instead(job.PipelineId)}; commit")) return job;
    }

    static Task<bool> IsDueAsync(SagaJob job) => job.ValueAsync<bool>(
        $"""select doubts_due_at is not null as "Value" from coordinator.sync_job where job_id = {job.Id}""");
}
