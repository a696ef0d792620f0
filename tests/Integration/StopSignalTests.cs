using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using RabbitMQ.Client;

namespace Headgate.Integration.Tests;

/// <summary>The signal that makes a worker let go at once, through RabbitMQ and between processes; and a stop without it.</summary>
public sealed class StopSignalTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task An_extraction_in_hand_ends_with_the_pause_and_the_job_goes_on_to_equal_tables()
    {
        var job = await ReadingAsync("slow");

        await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        await _headgate.StateAsync(job, "Paused");
        await NobodyReadsAsync("slow");

        await HurryAsync("slow");
        await _headgate.TellAsync(new ResumeJob { JobId = job, Actor = "test" });
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("slow");
        await _headgate.LedgerExactAsync(job);
        Assert.Equal(0, await _headgate.State.ScalarAsync<long>($"select sum(tries)::bigint from coordinator.job_segment where job_id = '{job}'"));
    }

    [Fact]
    public async Task A_batch_in_hand_is_given_up_with_a_force_cancel()
    {
        await _headgate.Source.ExecuteAsync("create table forced (id int primary key, v text); insert into forced select n, repeat('x', 500) from generate_series(1, 20000) n");
        await _headgate.Destination.ExecuteAsync("create table forced (id int primary key, v text)");
        await _headgate.ApplyAsync(Pipelines.Of("forced", Pipelines.Object("forced")));
        await using var block = await _headgate.BlockAsync("forced");
        var job = await _headgate.RunAsync("test/forced");
        await _headgate.WorkerBlockedAsync();

        await _headgate.TellAsync(new CancelJob { JobId = job, Actor = "test", Mode = CancelMode.Force });
        await _headgate.StateAsync(job, "Canceled");

        // The worker itself let go, before the fence threw its backends out.
        await Installation.EventuallyAsync(
            () => Task.FromResult(_headgate.Worker.Output.Contains("given up, since the job is being stopped", StringComparison.Ordinal)),
            () => Task.FromResult($"the batch was not given up\n{_headgate.Worker.Output}"));
        Assert.Equal(0, await _headgate.Destination.ScalarAsync<long>("select count(*) from forced"));
    }

    [Fact]
    public async Task A_stop_that_no_worker_hears_of_is_confirmed_all_the_same()
    {
        var job = await ReadingAsync("unheard");
        await DeafenAsync();

        await _headgate.TellAsync(new PauseJob { JobId = job, Actor = "test" });
        await _headgate.StateAsync(job, "Paused");
        Assert.Equal(1, await ReadersAsync("unheard"));

        await HurryAsync("unheard");
        await _headgate.TellAsync(new ResumeJob { JobId = job, Actor = "test" });
        await _headgate.CompleteAsync(job);
        await _headgate.EqualAsync("unheard");
    }

    /// <summary>A job whose table is being read, a hundredth of a second a record.</summary>
    async Task<Guid> ReadingAsync(string table)
    {
        await _headgate.Source.ExecuteAsync(
            $$"""
            create table {{table}} (id int primary key, v text);
            insert into {{table}} select n, 'v' || n from generate_series(1, 20000) n;
            create function gate_{{table}}() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.01); return true; end'
            """);
        await _headgate.ApplyAsync(Pipelines.Of(table, Pipelines.Object(table, filter: $"gate_{table}()")));
        var job = await _headgate.RunAsync($"test/{table}");
        await Installation.EventuallyAsync(async () => await ReadersAsync(table) > 0, () => Task.FromResult("nobody reads"));
        return job;
    }

    Task HurryAsync(string table) => _headgate.Source.ExecuteAsync(
        $"""
         create or replace function gate_{table}() returns boolean language sql volatile as 'select true';
         select pg_terminate_backend(pid) from pg_stat_activity where {Reading(table)}
         """);

    Task NobodyReadsAsync(string table) =>
        Installation.EventuallyAsync(async () => await ReadersAsync(table) == 0, () => Task.FromResult($"{table} is still being read\n{_headgate.Worker.Output}"));

    Task<long> ReadersAsync(string table) => _headgate.Source.ScalarAsync<long>($"select count(*) from pg_stat_activity where {Reading(table)}");

    static string Reading(string table) =>
        $"datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like 'COPY %gate!_{table}%' escape '!'";

    /// <summary>Takes the worker's ear off the stops.</summary>
    async Task DeafenAsync()
    {
        var ear = Assert.Single(await _headgate.Broker.QueuesAsync(), queue => queue.Name.StartsWith(Lanes.Stops(""), StringComparison.Ordinal)).Name;
        await using var connection = await new ConnectionFactory { Uri = _headgate.Broker.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.ExchangeUnbindAsync(ear, $"{typeof(JobStopping).Namespace}:{nameof(JobStopping)}", "");
    }
}
