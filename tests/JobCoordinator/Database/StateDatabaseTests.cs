using System.Text.Json;
using Headgate.Hosting.Configuration;
using Headgate.Hosting.State;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Guards.History;
using Headgate.JobCoordinator.Pipelines;
using Headgate.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.JobCoordinator.Tests.Database;

/// <summary>How the coordinator is connected to its state, and what it makes of the schema.</summary>
public sealed class StateDatabaseTests : IAsyncLifetime
{
    TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync("schema");

    public Task DisposeAsync() => _database.DisposeAsync().AsTask();

    [Fact]
    public async Task Server_ends_sessions_of_a_coordinator_that_is_gone_within_minutes()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddJobCoordinator(new ServiceSettings { State = _database.ConnectionString, Staging = "" });
        using var host = builder.Build();
        await using var command = host.Services.GetRequiredService<CoordinatorState>().Source.CreateCommand(
            """
            select string_agg(current_setting(name), ' ' order by no) from unnest(array[
                'tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout']) with ordinality s (name, no)
            """);

        Assert.Equal("30 10 3 60000", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Migration_with_a_lower_number_than_the_last_one_is_applied_when_it_comes()
    {
        await MigrateAsync();
        var all = await AppliedAsync();
        // As if it had come from another branch.
        await _database.ExecuteAsync("alter table coordinator.audit drop column operation; delete from coordinator.schema_version where version = 13");

        await MigrateAsync();

        Assert.Equal(all, await AppliedAsync());
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(operation) from coordinator.audit"));
    }

    [Fact]
    public async Task What_was_let_pass_before_passes_were_of_objects_goes_on_and_what_is_open_names_its_object()
    {
        await MigrateAsync();
        // As a coordinator of before has left it, without the jobs themselves.
        await _database.ExecuteAsync(
            """
            alter table coordinator.guard_judgement
                drop constraint guard_judgement_pkey, drop column round, drop column objects, add primary key (job_id, attempt, guard, measure);
            alter table coordinator.job_object drop column unjudged;
            delete from coordinator.schema_version where version = 56;
            set session_replication_role = replica;
            insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
            select job, no, 'Extracted', 'public.' || no, 'public.' || no, '[]' from unnest(array[
                '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002']::uuid[]) job, generate_series(0, 1) no;
            insert into coordinator.guard_judgement (job_id, attempt, guard, measure, outcome, action, observed, allowed, object, sentence, cause, passed_by, passed_reason, passed_at)
            select ('00000000-0000-0000-0000-00000000000' || job)::uuid, 1, guard, '', outcome, 'Hold', 1, 1, object, 'A sentence.', 'RateLimit', ann, ann, case when ann is not null then now() end
            from (values (1, 'Volume', 'Tripped', 'public.1', 'ann'), (2, 'Volume', 'Tripped', 'public.1', null),
                         (2, 'Duration', 'Tripped', null, null), (2, 'Canary', 'Passed', 'public.0', null)) g (job, guard, outcome, object, ann);
            insert into coordinator.canary_history (pipeline_id, name, full_read, shares)
            select gen_random_uuid(), 'a|a', full_read, '{}' from unnest(array[true, false]) full_read;
            set session_replication_role = default;
            """);

        await MigrateAsync();

        Assert.Equal(
            "1 Volume {public.0,public.1}, 2 Canary {}, 2 Duration {\"\"}, 2 Volume {public.1}",
            await _database.ScalarAsync<string>(
                "select string_agg(right(job_id::text, 1) || ' ' || guard || ' ' || objects::text, ', ' order by job_id, guard) from coordinator.guard_judgement where round = 0"));
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from coordinator.job_object where unjudged"));
        Assert.True(await _database.ScalarAsync<bool>("select bool_and(full_read) from coordinator.canary_history"));
    }

    [Fact]
    public async Task Shares_of_before_each_run_was_known_by_itself_are_of_a_run_that_nobody_knows()
    {
        await MigrateAsync();
        await _database.ExecuteAsync(
            """
            alter table coordinator.object_history drop column jobs, drop column absorbed, drop column day_jobs, drop column next_rows, drop column next_jobs;
            alter table coordinator.recovery_mark drop column version;
            drop table coordinator.kept_keys;
            drop index coordinator.rollback_of_pipeline;
            drop function coordinator.undoes_all, coordinator.runs_standing;
            delete from coordinator.schema_version where version = 59;
            set session_replication_role = replica;
            insert into coordinator.canary_history (pipeline_id, name, full_read, shares) values (gen_random_uuid(), 'a|a', true,
                '{"since": "2026-01-31", "runs": 7, "now": {"email": {"changed": 0.3, "nulled": 0.1, "same": 0, "runs": 5}, "phone": {"changed": 0.2, "nulled": 0, "same": 0}}, "before": {}}');
            set session_replication_role = default;
            """);

        await MigrateAsync();

        var history = JsonSerializer.Deserialize<CanaryHistory>(
            (await _database.ScalarAsync<string>("select shares::text from coordinator.canary_history"))!, PipelineJson.Options)!;
        Assert.Equal((7, new DateOnly(2026, 1, 31)), (history.Runs, history.Since));
        Assert.Equal(new FieldShares(0.3, 0.1, 0, 5), history.Most("email"));
        Assert.Equal(new FieldShares(0.2, 0, 0), history.Most("phone"));
        Assert.Equal(history.Most("email"), history.Without(new HashSet<long> { 1 }).Most("email"));
    }

    Task MigrateAsync() => SchemaMigrator.MigrateAsync(_database.DataSource, "coordinator", typeof(CoordinatorState).Assembly, default);

    Task<string?> AppliedAsync() => _database.ScalarAsync<string>("select string_agg(version::text, ' ' order by version) from coordinator.schema_version");
}
