using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Steps;
using Headgate.Tests.Servers;
using Npgsql;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What a worker does about stops that were told while it was cut off, on a real broker.</summary>
public sealed class MissedStopTests : WorkerTest
{
    VirtualHost _broker = null!;

    internal override Uri Amqp => _broker.AmqpUri;

    public override async Task InitializeAsync()
    {
        _broker = await VirtualHost.CreateAsync("missed");
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_stop_that_came_while_the_worker_was_cut_off_is_heard_once_it_is_back()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        await using (await BlockAsync("a"))
        {
            await Worker.SendAsync(job.Extract(0, 0));
            await EventuallyAsync(async () => await BlockedAsync() == 1);
            Assert.Equal([(job.JobId, 1)], Worker.Asks.Asked);
            Worker.Asks.StoppedAt = 2;

            await EventuallyAsync(async () => await _broker.CloseConnectionsAsync() > 0);

            await EventuallyAsync(() => Task.FromResult(Worker.Ear.Heard > 0));
            await EventuallyAsync(() => Task.FromResult(Worker.Get<StepsInHand>().Count == 0));
            await EventuallyAsync(async () => await BlockedAsync() == 0);
        }

        Assert.DoesNotContain(Worker.Trail.All, told => told is StepFailed or SegmentExtracted);
    }

    [Fact]
    public async Task Each_epoch_of_a_job_is_asked_about_once()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        var staged = await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0));
        await Worker.AskAsync<SegmentExtracted>(job.Extract(1, 0));
        await Worker.AskAsync<SegmentLoaded>((job with { Epoch = 2 }).Load(staged));
        await EventuallyAsync(() => Task.FromResult(Worker.Asks.Asked.Count >= 2));

        Assert.Equal([(job.JobId, 1), (job.JobId, 2)], Worker.Asks.Asked);
    }

    async Task<NpgsqlConnection> BlockAsync(string table)
    {
        var connection = await Source.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {table} in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    Task<long> BlockedAsync() => Source.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()");
}
