using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>What a guard's hold, and somebody's pass, is of: some objects and not others, one attempt and not another.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenGuardsTripAgain(SagaBench bench)
{
    [Fact]
    public async Task Pass_is_of_the_objects_that_were_seen_and_another_one_is_held_and_told_of()
    {
        var job = await bench.ApplyAsync(notify: new NotifyDefinition { Email = "ops@example.com" }, tables: 2);
        await job.RememberAsync(parts: [10, 12, 9]);
        await job.RememberAsync(parts: [10, 12, 9], of: 1);
        await job.AcceptAsync();
        await (await job.InAsync("Initializing")).PlanAsync((0, "public.a"), (1, "public.b"));
        await job.ExtractAsync(0, rows: 6_000);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);

        await PassAsync(job, "a new region");
        await job.PlanAsync((1, "public.b"));
        await job.ExtractAsync(1, of: 1, rows: 7_000);
        Assert.Contains("7,000 records of public.b were read", (await job.RowAsync()) is { CurrentState: "Paused" } row ? row.StopReason : "", StringComparison.Ordinal);
        Assert.Equal(4, await job.TimesOwedAsync("GuardTripped"));
        Assert.Equal(["0 {public.a} ann", "1 {public.b} "], await bench.ListAsync<string>(
            $"""
             select round || ' ' || objects::text || ' ' || coalesce(passed_by, '') as "Value"
             from coordinator.guard_judgement where job_id = {job.Id} and outcome = 'Tripped' order by round
             """));

        await PassAsync(job, "and the other one");
        await job.JudgedAsync();
        Assert.Equal(("Processing", 2), (await job.RowAsync()) is var passed ? (passed.CurrentState, passed.GuardTrips) : default);
    }

    [Fact]
    public async Task Many_tables_that_bring_too_much_are_held_twice_by_the_first_and_together_before_launch()
    {
        var job = await ManyAsync();
        await job.ExtractAsync(0, rows: 6_000);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);

        await PassAsync(job, "a new region");
        await job.PlanAsync(Rest);
        await job.ExtractAsync(1, of: 1, rows: 7_000);
        await job.ExtractAsync(1, of: 2, rows: 8_000);
        Assert.Equal("Initializing", (await job.RowAsync()).CurrentState);
        await job.ExtractAsync(1, of: 3, rows: 9_000);
        Assert.Equal(("Paused", null), (await job.RowAsync()) is var row ? (row.CurrentState, row.RequestId) : default);
        Assert.Equal(["0 {public.a}", "1 {public.b,public.c,public.d}"], await TrippedAsync(job));
        Assert.Equal(2, await job.TimesOwedAsync("GuardTripped"));

        await PassAsync(job, "and the others");
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task Table_that_is_over_its_limit_is_held_with_all_that_are()
    {
        var job = await ManyAsync();
        await job.ExtractAsync(0, rows: 6_000);
        // It is not let pass, and one more is read until it is too much.
        await job.ResumeAsync();
        await job.PlanAsync(Rest);
        await job.ExtractAsync(1, of: 1, rows: 7_000);
        Assert.Equal("Paused", (await job.RowAsync()).CurrentState);
        Assert.Equal(["0 {public.a,public.b}"], await TrippedAsync(job));
    }

    [Fact]
    public async Task What_is_only_told_is_told_by_the_first_table_and_of_all_together_before_launch()
    {
        var job = await ManyAsync(new GuardsDefinition { Volume = new VolumeGuard { Action = GuardAction.Notify } });
        for (var no = 0; no < 4; no++) await job.ExtractAsync(0, of: no, rows: 6_000);
        Assert.Equal(("Processing", 2), ((await job.RowAsync()).CurrentState, await job.TimesOwedAsync("GuardTripped")));
        Assert.Equal(["0 {public.a,public.b,public.c,public.d}"], await TrippedAsync(job));
    }

    [Fact]
    public async Task What_is_only_told_is_told_of_each_object_that_trips()
    {
        var job = await bench.ApplyAsync(tables: 2, guards: new GuardsDefinition { Volume = new VolumeGuard { Action = GuardAction.Notify } });
        await job.RememberAsync(parts: [10, 12, 9]);
        await job.RememberAsync(parts: [10, 12, 9], of: 1);
        await job.AcceptAsync();
        await (await job.InAsync("Initializing")).PlanAsync((0, "public.a"), (1, "public.b"));
        await job.ExtractAsync(0, rows: 6_000);
        await job.ExtractAsync(0, of: 1, rows: 7_000);
        Assert.Equal(("Processing", 2), ((await job.RowAsync()).CurrentState, await job.TimesOwedAsync("GuardTripped")));
    }

    [Fact]
    public async Task What_is_only_told_stays_as_it_was_told_when_the_job_goes_on()
    {
        var job = await bench.ApplyAsync(guards: new GuardsDefinition { Volume = new VolumeGuard { Action = GuardAction.Notify } });
        await job.RememberAsync(parts: [10, 12, 9]);
        await job.AcceptAsync();
        await (await job.InAsync("Initializing")).PlanAsync((0, "public.a"));
        await job.ExtractAsync(0, rows: 6_000);
        await job.PauseFullyAsync();
        await job.ResumeAsync();
        Assert.Equal("Tripped", await job.ValueAsync<string>(
            $"""select outcome as "Value" from coordinator.guard_judgement where job_id = {job.Id} and guard = 'Volume'"""));
    }

    [Fact]
    public async Task Hold_of_a_later_attempt_says_that_nothing_of_it_was_written()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Paused");
        await job.RememberAsync(parts: [5, 6, 7]);
        await job.RestartAsync();
        await job.PrepareAsync();
        Assert.Equal("Held before launch: nothing of this attempt was written.", await job.ValueAsync<string>(
            $"""select sentence as "Value" from coordinator.job_command where job_id = {job.Id} and command = 'GuardTripped'"""));
        Assert.Equal("Initializing", await job.OwedAsync("GuardTripped", "state"));
    }

    [Fact]
    public async Task Cancel_by_force_before_a_later_attempts_launch_rolls_nothing_back()
    {
        var job = await (await bench.AcceptAsync(guards: new GuardsDefinition { FullLoad = new FullLoadGuard { Action = GuardAction.Force } })).InAsync("Paused");
        await job.RememberAsync(parts: [5, 6, 7]);
        await job.RestartAsync();
        await job.PrepareAsync();
        Assert.Equal("Canceling before launch: nothing of this attempt was written.", await job.ValueAsync<string>(
            $"""select sentence as "Value" from coordinator.job_command where job_id = {job.Id} and command = 'GuardTripped'"""));
    }

    static readonly (int, string)[] Rest = [(1, "public.b"), (2, "public.c"), (3, "public.d")];

    // Four tables of which each may bring 1,000 records.
    async Task<SagaJob> ManyAsync(GuardsDefinition? guards = null)
    {
        var job = await bench.ApplyAsync(tables: 4, guards: guards);
        for (var no = 0; no < 4; no++) await job.RememberAsync(parts: [10, 12, 9], of: no);
        await job.AcceptAsync();
        await (await job.InAsync("Initializing")).PlanAsync([(0, "public.a"), .. Rest]);
        return job;
    }

    Task<List<string>> TrippedAsync(SagaJob job) => bench.ListAsync<string>(
        $"""
         select round || ' ' || array(select unnest(objects) order by 1)::text as "Value"
         from coordinator.guard_judgement where job_id = {job.Id} and outcome = 'Tripped' order by round
         """);

    Task PassAsync(SagaJob job, string reason) => bench.AskAsync(new ResumeJob { JobId = job.Id, Actor = "ann", Reason = reason, PassGuards = true });
}
