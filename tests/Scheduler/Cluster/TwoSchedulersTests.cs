using Headgate.Hosting.Faults;
using Headgate.Scheduler.Schedules;
using Headgate.Tests.Installations;

namespace Headgate.Scheduler.Tests.Cluster;

/// <summary>Two schedulers on one database, of which one is killed in the moment in which it fires: each run happens once.</summary>
public sealed class TwoSchedulersTests
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    const int Killed = 128 + 9;

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
        await site.ApplyAsync(Pipelines.Of("contacts", Pipelines.Object("contacts"), "  schedule: { every: 1s }"));
        var (dying, survivor) = await HaltedAsync(FaultPoints.RunsDue, first, second);
        var unsent = await UnsentAsync(site);
        // Whoever asks now gets a job, by the lane that the run would have come by: it has not been sent.
        await site.RunAsync("test/contacts");
        Assert.Equal(0, await CountAsync(site, unsent));
        await KillAsync(site, dying);
        await SentAsync(site, unsent);
        await GoesOnAsync(site);

        await site.StartSchedulerAsync();
        site.HaltAt(FaultPoints.RunsSent);
        (dying, survivor) = await HaltedAsync(FaultPoints.RunsSent, survivor, site.Scheduler);
        var sent = await UnsentAsync(site);
        // The coordinator has it, and who has sent it does not know yet.
        await KnownAsync(site, sent);
        Assert.Equal(sent, await UnsentAsync(site));
        await KillAsync(site, dying);
        await SentAsync(site, sent);
        await GoesOnAsync(site);

        Assert.False(survivor.HasExited);
        await AccountAsync(site);
    }

    /// <summary>Waits until one has come to the point, and says which.</summary>
    static async Task<(ServiceProcess Dying, ServiceProcess Survivor)> HaltedAsync(string point, ServiceProcess one, ServiceProcess other)
    {
        var (here, there) = (one.HaltedAsync(), other.HaltedAsync());
        var halted = await Task.WhenAny(here, there);
        Assert.Equal(point, await halted);
        return halted == here ? (one, other) : (other, one);
    }

    static async Task KillAsync(Installation site, ServiceProcess dying)
    {
        Assert.False(dying.HasExited);
        site.HaltAt(null);
        await dying.KillAsync();
        Assert.Equal(Killed, dying.ExitCode);
    }

    /// <summary>Runs that are written down, and not marked as sent: one, or two where the machine is slow.</summary>
    static async Task<Guid[]> UnsentAsync(Installation site)
    {
        var unsent = await site.State.ScalarAsync<Guid[]>("select array_agg(run_id order by run_id) from scheduler.due_run where tries = 0");
        Assert.NotNull(unsent);
        return unsent;
    }

    // By the other one, under the same ids.
    static Task SentAsync(Installation site, Guid[] runs) => Installation.EventuallyAsync(
        async () => await site.State.ScalarAsync<long>(
            $"select count(*) from scheduler.due_run where tries > 0 and run_id in ({Listed(runs)})") == runs.Length,
        () => Task.FromResult($"the other one has not sent {Listed(runs)}\n{site.Output}"));

    static async Task GoesOnAsync(Installation site)
    {
        var killed = await LastAsync(site);
        await Installation.EventuallyAsync(
            async () => await LastAsync(site) >= killed + Every * 2, () => Task.FromResult($"nothing is fired any more\n{site.Output}"));
    }

    static async Task AccountAsync(Installation site)
    {
        var pipeline = await site.State.ScalarAsync<Guid>("select pipeline_id from scheduler.start_rule");
        var anchor = await site.State.ScalarAsync<DateTimeOffset>("select anchor from scheduler.start_rule");
        var last = await LastAsync(site);
        var due = Enumerable.Range(1, 1_000).Select(no => anchor + Every * no).TakeWhile(time => time <= last).Select(time => RunIds.OfRun(pipeline, time)).ToList();
        await KnownAsync(site, due);

        Assert.Equal(due.Count, await CountAsync(site, due));
    }

    static Task<DateTimeOffset> LastAsync(Installation site) => site.State.ScalarAsync<DateTimeOffset>("select last_due from scheduler.start_rule");

    static Task KnownAsync(Installation site, IReadOnlyCollection<Guid> runs) => Installation.EventuallyAsync(
        async () => await CountAsync(site, runs) >= runs.Count, async () => $"of {runs.Count} runs {await CountAsync(site, runs)} are known\n{site.Output}");

    // One that was started, skipped, or has resumed a failed job; one that was two of these would be counted twice.
    static Task<long> CountAsync(Installation site, IEnumerable<Guid> runs)
    {
        return site.State.ScalarAsync<long>(
            $"""
             select count(*) from (
                 select (body ->> 'jobId')::uuid run_id from coordinator.obligation where message like '%.AcceptJob'
                 union all select (body -> 'successor' ->> 'jobId')::uuid from coordinator.obligation where message like '%.SupersedeJob'
                 union all select run_id from coordinator.skipped_run
                 union all select run_id from coordinator.resumed_run) known
             where run_id in ({Listed(runs)})
             """);
    }

    static string Listed(IEnumerable<Guid> runs) => string.Join(", ", runs.Select(run => $"'{run}'::uuid"));
}
