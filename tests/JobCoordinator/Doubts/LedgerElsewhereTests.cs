using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>What became of records in doubt only the destination can say to which they were sent.</summary>
public sealed class LedgerElsewhereTests(CounterBench bench) : IClassFixture<CounterBench>
{
    [Fact]
    public async Task Destination_that_lacks_what_was_written_settles_no_doubt()
    {
        var job = await bench.StartJobAsync();
        await Eventually.HoldsAsync(() => bench.State.ScalarAsync<bool>(
            $"select exists (select from coordinator.sync_job where job_id = '{job.Id}' and state = 'Completed')"));
        bench.Lead(await bench.NewIntentsAsync());
        await bench.State.ExecuteAsync($"update coordinator.sync_job set in_doubt = 2 where job_id = '{job.Id}'");

        // Asks come one after the other: when the second has begun, the first is through.
        await AskedAsync(job);
        await AskedAsync(job);

        var asked = await bench.GetAsync(job);
        Assert.Equal((10, 2), (asked.Counts.Written, asked.Counts.InDoubt));

        bench.Lead(bench.Intents);
        await AskedAsync(job);
        await Eventually.HoldsAsync(async () => (await bench.GetAsync(job)).Counts.InDoubt == 0);
        Assert.Equal(10, (await bench.GetAsync(job)).Counts.Written);
    }

    async Task AskedAsync(JobReference job)
    {
        await bench.State.ExecuteAsync($"update coordinator.sync_job set doubts_due_at = '-infinity' where job_id = '{job.Id}'");
        await Eventually.HoldsAsync(async () => await bench.State.ScalarAsync<bool>(
            $"select doubts_due_at is distinct from '-infinity' from coordinator.sync_job where job_id = '{job.Id}'"));
    }
}
