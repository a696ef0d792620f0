using Headgate.Contracts.Jobs;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>People who command a job at random, and who in the end bring it to its end.</summary>
sealed class Operators(ChaosFixture fixture, string pipeline, Random random, Action<string> log)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task CommandAsync()
    {
        if (await LatestAsync() is not { } job) return;
        var hasEnded = await fixture.Headgate.State.ScalarAsync<bool>($"select finished_at is not null from coordinator.sync_job where job_id = '{job}'");
        var (name, command) = (hasEnded ? 8 : random.Next(8)) switch
        {
            0 or 1 or 2 => ("pause", (object)new PauseJob { JobId = job, Actor = "chaos" }),
            3 or 4 => ("resume", new ResumeJob { JobId = job, Actor = "chaos" }),
            5 => ("restart", new RestartJob { JobId = job, Actor = "chaos" }),
            6 => ("cancel", new CancelJob { JobId = job, Actor = "chaos", PauseFirst = random.Next(2) == 0 }),
            7 => ("cancel by force", new CancelJob { JobId = job, Actor = "chaos", Mode = CancelMode.Force }),
            _ => ("run", job),
        };
        await SayAsync(name, command);
    }

    /// <summary>Resumes what stands and waits for what moves, until every job of the pipeline has ended.</summary>
    public async Task ToTheEndAsync()
    {
        await Installation.EventuallyAsync(
            async () =>
            {
                await fixture.Crew.ReviveAsync(log);
                var standing = await fixture.Headgate.State.ScalarAsync<Guid[]>(
                    $"select array_agg(job_id) from coordinator.sync_job where pipeline = '{pipeline}' and state in ('Paused', 'Failed')");
                foreach (var job in standing ?? []) await (random.Next(3) > 0 ? ResumeAsync(job) : RestartAsync(job));
                return standing is null && await fixture.Headgate.State.ScalarAsync<long>(
                    $"""
                     select count(*) from coordinator.pipeline p left join coordinator.sync_job j using (pipeline_id)
                     where p.name = '{pipeline}' and (j.state not in ('Completed', 'Canceled', 'Discarded')
                         or p.current_job_id is not null and not exists (select from coordinator.sync_job c where c.job_id = p.current_job_id))
                     """) == 0;
            },
            async () => $"not every job ends: {await RemarkAsync()}");
    }

    /// <summary>A run that nobody disturbs; it must complete.</summary>
    public async Task LastRunAsync()
    {
        await fixture.Headgate.State.ExecuteAsync($"update coordinator.pipeline set state = 'Enabled', failures = 0 where name = '{pipeline}' and state = 'Failed'");
        var job = await fixture.Bus.SendRunAsync(pipeline);
        // The round's first run may have come late, its message having been in hand when connections were cut.
        while (await IsSkippedAsync(job))
        {
            await ToTheEndAsync();
            job = await fixture.Bus.SendRunAsync(pipeline);
        }

        log($"last run {job}");
        await UntilAsync($"select 'over' from coordinator.sync_job where job_id = '{job}' and state in ('Completed', 'Failed')", "the last run does not end");
        await fixture.Headgate.CompleteAsync(job);
        var jobs = await fixture.Headgate.State.ScalarAsync<Guid[]>($"select array_agg(job_id) from coordinator.sync_job where pipeline = '{pipeline}'");
        foreach (var one in jobs!) await fixture.Headgate.QuietAsync(one);
    }

    // Waits until it is decided.
    async Task<bool> IsSkippedAsync(Guid run) => await UntilAsync(
        $"""
         select case when exists (select from coordinator.sync_job where job_id = '{run}') then 'a job'
                     when exists (select from coordinator.skipped_run where run_id = '{run}') then 'skipped' end
         """,
        $"run {run} has neither become a job nor been skipped") == "skipped";

    /// <summary>Waits until a query answers, while who ends is started again.</summary>
    async Task<string> UntilAsync(string query, string otherwise)
    {
        string? answer = null;
        await Installation.EventuallyAsync(
            async () =>
            {
                await fixture.Crew.ReviveAsync(log);
                return (answer = await fixture.Headgate.State.ScalarAsync<string?>(query)) is not null;
            },
            async () => $"{otherwise}: {await RemarkAsync()}\n{fixture.Crew.Output}");
        return answer!;
    }

    Task ResumeAsync(Guid job) => SayAsync("resume", new ResumeJob { JobId = job, Actor = "chaos" });

    Task RestartAsync(Guid job) => SayAsync("restart", new RestartJob { JobId = job, Actor = "chaos" });

    async Task SayAsync(string name, object command)
    {
        try
        {
            var answer = command switch
            {
                PauseJob pause => Read(await fixture.Bus.CommandAsync(pause, Patience)),
                ResumeJob resume => Read(await fixture.Bus.CommandAsync(resume, Patience)),
                RestartJob restart => Read(await fixture.Bus.CommandAsync(restart, Patience)),
                CancelJob cancel => Read(await fixture.Bus.CommandAsync(cancel, Patience)),
                _ => (await fixture.Bus.RunAsync(pipeline, Patience))?.Sentence,
            };
            log($"{name}: {answer ?? "no answer"}");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The broker is away: so it is for people too.
            log($"{name}: {error.GetType().Name}");
        }
    }

    static string? Read(CommandAnswered? answer) => answer is null ? null : $"{answer.Outcome} in {answer.State}, {answer.Sentence}";

    async Task<Guid?> LatestAsync() =>
        await fixture.Headgate.State.ScalarAsync<Guid?>($"select current_job_id from coordinator.pipeline where name = '{pipeline}'");

    Task<string?> RemarkAsync() => fixture.Headgate.State.ScalarAsync<string>(
        $"select string_agg(concat_ws(' ', job_id, state, phase, waiting_for, error), e'\\n') from coordinator.sync_job where pipeline = '{pipeline}'");
}
