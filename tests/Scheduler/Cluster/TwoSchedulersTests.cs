using Headgate.Hosting.Faults;
using Headgate.Scheduler.Schedules;
using Headgate.Tests.Installations;

namespace Headgate.Scheduler.Tests.Cluster;

/// <summary>Two schedulers on one database, of which one is killed in the moment in which it fires: each run happens once.</summary>
public sealed class TwoSchedulersTests
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Each_run_happens_once_though_a_scheduler_is_killed_before_and_after_it_has_sent_one()
    {
        await using var site = await Installation.StartAsync(
            environment => environment["HEADGATE_SCHEDULER__TAKEOVERAFTER"] = "00:00:03", canHalt: true);
        var first = site.Scheduler;
        await site.StartSchedulerAsync();
        var second = site.Scheduler;
        await site.Source.ExecuteAsync("create table contacts (id int primary key, updated_at timestamptz not null default now()); insert into contacts values (1)");

        site.HaltAt(FaultPoints.RunsDue);
        await site.ApplyAsync(
            """
            apiVersion: headgate/v1
            kind: Pipeline
            metadata: { project: test, name: contacts }
            spec:
              source: { postgres: { connection: env:TEST_SOURCE } }
              destination: { postgres: { connection: env:TEST_DESTINATION } }
              objects: [ { from: contacts, to: contacts, key: [id], cursor: updated_at } ]
              schedule: { every: 2s }
            """);
        var survivor = await KillOneAsync(site, first, second);
        await GoesOnAsync(site);
        await site.StartSchedulerAsync();
        site.HaltAt(FaultPoints.RunsSent);
        await KillOneAsync(site, survivor, site.Scheduler);
        await GoesOnAsync(site);

        await AccountAsync(site);
    }

    /// <returns>The other one.</returns>
    static async Task<ServiceProcess> KillOneAsync(Installation site, ServiceProcess one, ServiceProcess other)
    {
        var (here, there) = (one.HaltedAsync(), other.HaltedAsync());
        var (dying, survivor) = await Task.WhenAny(here, there) == here ? (one, other) : (other, one);
        site.HaltAt(null);
        await dying.KillAsync();
        return survivor;
    }

    static async Task GoesOnAsync(Installation site)
    {
        var killed = await LastAsync(site);
        await Installation.EventuallyAsync(
            async () => await LastAsync(site) is { } last && last >= (killed ?? last - Every * 2) + Every * 2,
            () => Task.FromResult($"nothing is fired any more\n{site.Output}"));
    }

    static async Task AccountAsync(Installation site)
    {
        var pipeline = await site.State.ScalarAsync<Guid>("select pipeline_id from scheduler.start_rule");
        var anchor = await site.State.ScalarAsync<DateTimeOffset>("select anchor from scheduler.start_rule");
        var last = await LastAsync(site);
        var due = Enumerable.Range(1, 1_000).Select(no => anchor + Every * no).TakeWhile(time => time <= last).Select(time => RunIds.OfRun(pipeline, time)).ToList();
        await Installation.EventuallyAsync(
            async () => await CountAsync(site, due) >= due.Count,
            async () => $"of {due.Count} runs {await CountAsync(site, due)} are known\n{site.Output}");

        Assert.Equal(due.Count, await CountAsync(site, due));
    }

    static Task<DateTimeOffset?> LastAsync(Installation site) => site.State.ScalarAsync<DateTimeOffset?>("select last_due from scheduler.start_rule");

    // One that was started, skipped, or has resumed a failed job; one that was two of these would be counted twice.
    static async Task<long> CountAsync(Installation site, IEnumerable<Guid> runs)
    {
        var ids = string.Join(", ", runs.Select(run => $"'{run}'::uuid"));
        return await site.State.ScalarAsync<long>(
            $"""
             select count(*) from (
                 select (body ->> 'jobId')::uuid run_id from coordinator.obligation where message like '%.AcceptJob'
                 union all select (body -> 'successor' ->> 'jobId')::uuid from coordinator.obligation where message like '%.SupersedeJob'
                 union all select run_id from coordinator.skipped_run
                 union all select run_id from coordinator.resumed_run) known
             where run_id in ({ids})
             """);
    }
}
