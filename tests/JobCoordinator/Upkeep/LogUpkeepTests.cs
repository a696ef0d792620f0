using System.Collections.Concurrent;
using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Fencing;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Changes;
using Headgate.JobCoordinator.Upkeep;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.JobCoordinator.Tests.Upkeep;

public sealed class LogUpkeepTests
{
    const string Old = "launched_at = now(), request_id = gen_random_uuid(), finished_at = now() - interval '31 days'";

    [Fact]
    public async Task Logs_are_removed_once_the_retention_of_the_version_in_force_is_over()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var old = await IdAsync(bench, Old);
        var young = await IdAsync(bench, Old.Replace("31 days", "29 days", StringComparison.Ordinal));
        var notLaunched = await IdAsync(bench, "finished_at = now() - interval '31 days'");
        var running = await IdAsync(bench, "launched_at = now(), request_id = gen_random_uuid(), state = 'Processing', finished_at = null");

        Assert.Equal(1, await upkeep.RemoveAsync(default));
        Assert.Equal([old, old, old], connector.Removed);
        Assert.Equal(0, await upkeep.RemoveAsync(default));
        Assert.Equal([old], await PurgedAsync(bench));

        await RetainAsync(bench, young, "01:00:00");
        Assert.Equal(1, await upkeep.RemoveAsync(default));
        Assert.Equal(young, connector.Removed.Last());
        Assert.DoesNotContain(notLaunched, connector.Removed);
        Assert.DoesNotContain(running, connector.Removed);
    }

    [Fact]
    public async Task Log_that_a_repair_is_made_by_is_kept_until_it_has_ended()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var job = await IdAsync(bench, Old);
        var repair = await IdAsync(
            bench, $"state = 'Failed', finished_at = null, kind = 'Rollback', of_job_id = '{job}', scope = '{{}}', pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{job}')");

        Assert.Equal(0, await upkeep.RemoveAsync(default));
        await bench.Database.ExecuteAsync($"update coordinator.sync_job set state = 'Discarded', finished_at = now() where job_id = '{repair}'");
        // One is claimed, and not born yet: of which job, its birth will tell.
        await bench.Database.ExecuteAsync($"update coordinator.pipeline set current_job_id = gen_random_uuid() where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{job}')");
        Assert.Equal(0, await upkeep.RemoveAsync(default));
        Assert.Empty(await PurgedAsync(bench));
        await bench.Database.ExecuteAsync($"update coordinator.pipeline set current_job_id = '{repair}' where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{job}')");
        Assert.Equal(1, await upkeep.RemoveAsync(default));
        Assert.Equal(job, connector.Removed.First());
    }

    [Fact]
    public async Task Keys_of_a_repair_that_was_ended_before_launch_are_removed_at_once()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var job = await IdAsync(bench, "launched_at = now(), request_id = gen_random_uuid()");
        var of = $"kind = 'Rollback', of_job_id = '{job}', state = 'Canceled'";
        var chosen = await IdAsync(bench, $$"""{{of}}, scope = '{"hasKeys": true}'""");
        await IdAsync(bench, $$"""{{of}}, scope = '{"hasKeys": false}'""");

        Assert.Equal(1, await upkeep.RemoveAsync(default));
        Assert.Equal([chosen], connector.Removed.Distinct());
        Assert.Equal(0, await upkeep.RemoveAsync(default));
    }

    [Fact]
    public async Task Repair_that_is_claimed_at_that_very_moment_keeps_the_log()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var job = await IdAsync(bench, Old);
        await using var claiming = await bench.Database.DataSource.OpenConnectionAsync();
        await using var claim = new Npgsql.NpgsqlCommand(
            $"begin; update coordinator.pipeline set current_job_id = gen_random_uuid() where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{job}')",
            claiming);
        await claim.ExecuteNonQueryAsync();

        var removing = upkeep.RemoveAsync(default);
        await Eventually.HoldsAsync(async () => removing.IsCompleted || await bench.Database.ScalarAsync<bool>(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())"));
        claim.CommandText = "commit";
        await claim.ExecuteNonQueryAsync();

        Assert.Equal(0, await removing);
        Assert.Empty(await PurgedAsync(bench));
        Assert.Empty(connector.Removed);
    }

    [Fact]
    public async Task Keys_that_were_chosen_for_a_repair_that_never_was_are_removed_a_day_later()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var job = await IdAsync(bench, "launched_at = now(), request_id = gen_random_uuid()");
        var claimed = await KeepAsync(bench, job, "25 hours");
        await bench.Database.ExecuteAsync(
            $"update coordinator.pipeline set current_job_id = '{claimed}' where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{job}')");
        var (lost, asked) = (await KeepAsync(bench, job, "25 hours"), await KeepAsync(bench, job, "23 hours"));
        await bench.Database.ExecuteAsync(
            $"insert into coordinator.kept_keys select job_id, pipeline_id, pipeline_version, now() - interval '25 hours' from coordinator.sync_job where job_id = '{job}'");
        connector.IsAway = true;
        await upkeep.RemoveAsync(default);
        connector.IsAway = false;

        await upkeep.RemoveAsync(default);
        Assert.Equal([lost], connector.Removed.Distinct());
        Assert.Equal(
            new[] { claimed, asked }.Order(), (await bench.Database.ScalarAsync<Guid[]>("select array_agg(repair_id) from coordinator.kept_keys"))!.Order());
    }

    [Fact]
    public async Task Keys_at_a_destination_that_is_gone_keep_none_of_another_one_waiting()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var gone = await IdAsync(bench, "launched_at = now(), request_id = gen_random_uuid()");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.kept_keys select gen_random_uuid(), pipeline_id, pipeline_version, now() - interval '2 days'
             from coordinator.sync_job, generate_series(1, 100) where job_id = '{gone}';
             update coordinator.pipeline_version set definition = jsonb_set(definition, '{"{destination,connection}"}', '"env:NOT_TO_BE_FOUND"')
             where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{gone}')
             """);
        var lost = await KeepAsync(bench, await IdAsync(bench, "launched_at = now(), request_id = gen_random_uuid()"), "25 hours");

        await upkeep.RemoveAsync(default);
        Assert.Equal([lost], connector.Removed.Distinct());
    }

    static async Task<Guid> KeepAsync(RelayBench bench, Guid of, string ago)
    {
        var repair = Guid.NewGuid();
        await bench.Database.ExecuteAsync(
            $"insert into coordinator.kept_keys select '{repair}', pipeline_id, pipeline_version, now() - interval '{ago}' from coordinator.sync_job where job_id = '{of}'");
        return repair;
    }

    [Fact]
    public async Task Removal_that_was_broken_off_is_done_later_and_nobody_sees_the_log_meanwhile()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        var job = await IdAsync(bench, Old);
        connector.IsAway = true;

        Assert.Equal(0, await upkeep.RemoveAsync(default));
        Assert.Equal([job], await PurgedAsync(bench));
        connector.IsAway = false;
        Assert.Equal(1, await upkeep.RemoveAsync(default));
        Assert.Equal(3, connector.Removed.Count);
    }

    [Fact]
    public async Task One_coordinator_removes_at_a_time()
    {
        await using var bench = await RelayBench.StartAsync();
        var (connector, upkeep) = Start(bench);
        await IdAsync(bench, Old);
        await using (var other = await bench.Database.DataSource.OpenConnectionAsync())
        {
            await using var turn = new Npgsql.NpgsqlCommand($"select pg_advisory_lock({LogUpkeep.Turn})", other);
            await turn.ExecuteNonQueryAsync();
            Assert.Equal(0, await upkeep.RemoveAsync(default));
            Assert.Empty(connector.Removed);
            turn.CommandText = $"select pg_advisory_unlock({LogUpkeep.Turn})";
            await turn.ExecuteNonQueryAsync();
        }

        // Also where a round has failed.
        connector.IsBroken = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => upkeep.RemoveAsync(default));
        connector.IsBroken = false;
        Assert.Equal(1, await upkeep.RemoveAsync(default));
    }

    static (Connector Connector, LogUpkeep Upkeep) Start(RelayBench bench)
    {
        var connector = new Connector();
        var destinations = new FenceOpener([connector], bench.Services.GetRequiredService<PipelineStore>(), TimeProvider.System);
        return (connector, new LogUpkeep(
            bench.Services.GetRequiredService<CoordinatorState>(), destinations, bench.Services.GetRequiredService<DatabaseClock>(), NullLogger<LogUpkeep>.Instance));
    }

    static async Task<Guid> IdAsync(RelayBench bench, string with) => Guid.Parse((await bench.JobAsync(with)).Id);

    static async Task<IReadOnlyList<Guid>> PurgedAsync(RelayBench bench) =>
        await bench.Database.ScalarAsync<Guid[]>("select coalesce(array_agg(job_id), '{}') from coordinator.sync_job where log_purged_at is not null") ?? [];

    static Task RetainAsync(RelayBench bench, Guid job, string time) => bench.Database.ExecuteAsync(
        $$"""
          insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
          select pipeline_id, 2, jsonb_set(definition, '{retention,changes}', '"{{time}}"'), 'test' from coordinator.pipeline_version
          where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{{job}}');
          update coordinator.pipeline set version = 2 where pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{{job}}')
          """);

    /// <summary>Its destinations have a log of three parts for each job.</summary>
    sealed class Connector : IDestinationConnector, ILogPurge
    {
        public string Name => "postgres";

        public WriteGuarantee Guarantee => WriteGuarantee.Transactional;

        public bool IsAway { get; set; }

        public bool IsBroken { get; set; }

        public ConcurrentQueue<Guid> Removed { get; } = new();

        public IDestination Open(string connection) => throw new NotSupportedException();

        public IFence OpenFence(string connection) => throw new NotSupportedException();

        public ILogPurge OpenLogPurge(string connection) => this;

        public Task<PurgePlace?> RemoveNextAsync(Guid jobId, PurgePlace? from, CancellationToken cancellationToken)
        {
            if (IsBroken) throw new InvalidOperationException("It is broken.");
            if (IsAway) throw new ConnectorException(new Problem { Code = "unreachable", Sentence = "It is away.", Retryable = true });
            Removed.Enqueue(jobId);
            var step = (from?.Step ?? 0) + 1;
            return Task.FromResult(step == 3 ? null : new PurgePlace(step, null));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
