using Headgate.Contracts.Jobs;
using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>Who stops a job, repeats what was not answered, and helps where a stop waits for a worker that cannot be asked.</summary>
sealed class StopOperator(StopFixture fixture, Guid job, Action<string> log)
{
    const string Actor = "operator";

    // A killed coordinator's messages come again: an answer comes too, once it is back, and one that nobody waits for does harm.
    static readonly TimeSpan AnswerPatience = TimeSpan.FromMinutes(1);

    /// <summary>Longer than a fence waits for batches in flight before it names who holds it up.</summary>
    static readonly TimeSpan Help = TimeSpan.FromSeconds(2.5);

    public async Task StopAsync(StopMode mode)
    {
        var answer = mode switch
        {
            StopMode.PauseAndResume or StopMode.PauseAndRestart or StopMode.PauseThenCancel => await PauseAsync(),
            StopMode.PauseFirst => await PauseFirstAsync(),
            StopMode.CancelBeforeLaunch => await CancelAsync(),
            StopMode.Force => await ForceAsync(),
            _ => await SayAsync("discard", new DiscardJob { JobId = job, Actor = Actor, Reason = "proof" }),
        };
        if (mode == StopMode.CancelBeforeLaunch && answer.Outcome == CommandOutcome.Refused) await PauseFirstAsync();
    }

    /// <summary>Until the job is shown as stopped: starts who has ended, and helps a stop that has waited for long.</summary>
    /// <param name="mode">The stop.</param>
    /// <param name="stopped">Ends when it is shown.</param>
    public async Task SeeToAsync(StopMode mode, Task stopped)
    {
        var help = Task.Delay(Help);
        while (!stopped.IsCompleted)
        {
            await fixture.Crew.ReviveAsync(log);
            if (help.IsCompleted)
            {
                help = Task.Delay(Help);
                if (mode is StopMode.PauseThenCancel or StopMode.PauseFirst or StopMode.CancelBeforeLaunch) await ForceAsync();
                else if (mode is StopMode.PauseAndResume or StopMode.PauseAndRestart) await EndHoldersAsync();
            }

            await Task.WhenAny(stopped, Task.Delay(50));
        }
    }

    /// <summary>Cancels what stands.</summary>
    public async Task CancelPausedAsync()
    {
        await fixture.Crew.ReviveAsync(log);
        await CancelAsync();
        await UntilAsync("Canceled");
    }

    /// <summary>Lets what stands go on, as often as it takes, until the job has completed.</summary>
    public async Task CompleteAsync(bool anew)
    {
        if (anew) await SayAsync("restart", new RestartJob { JobId = job, Actor = Actor });
        await UntilAsync("Completed", () => SayAsync("resume", new ResumeJob { JobId = job, Actor = Actor }));
    }

    Task<CommandAnswered> PauseAsync() => SayAsync("pause", new PauseJob { JobId = job, Actor = Actor, Reason = "proof" });

    Task<CommandAnswered> CancelAsync() => SayAsync("cancel", new CancelJob { JobId = job, Actor = Actor, Reason = "proof" });

    Task<CommandAnswered> PauseFirstAsync() =>
        SayAsync("cancel, pause first", new CancelJob { JobId = job, Actor = Actor, Reason = "proof", PauseFirst = true });

    Task<CommandAnswered> ForceAsync() =>
        SayAsync("cancel by force", new CancelJob { JobId = job, Actor = Actor, Reason = "proof", Mode = CancelMode.Force });

    // As docs/operations.md says: what the job waits for names a backend, and whoever may ends it.
    async Task EndHoldersAsync() => log($"ended {await fixture.Headgate.Destination.ScalarAsync<long>(
        """
        select count(*) filter (where pg_terminate_backend(pid)) from pg_locks
        where locktype = 'advisory' and mode = 'ShareLock' and granted
            and database = (select oid from pg_database where datname = current_database())
        """)} sessions that held the fence up");

    async Task UntilAsync(string state, Func<Task>? standing = null) => await Installation.EventuallyAsync(
        async () =>
        {
            await fixture.Crew.ReviveAsync(log);
            var now = await fixture.Headgate.State.ScalarAsync<string>($"select state from coordinator.sync_job where job_id = '{job}'");
            if (now is "Paused" or "Failed" && standing is not null) await standing();
            return now == state;
        },
        async () => $"the job is not {state}: "
            + await fixture.Headgate.State.ScalarAsync<string>(
                $"select concat_ws(' ', state, phase, waiting_for, error) from coordinator.sync_job where job_id = '{job}'"));

    async Task<CommandAnswered> SayAsync<T>(string name, T command)
        where T : class
    {
        while (true)
        {
            var answer = await fixture.Bus.CommandAsync(command, AnswerPatience);
            log($"{name}: {(answer is null ? "no answer" : $"{answer.Outcome} in {answer.State}, {answer.Sentence}")}");
            if (answer is not null) return answer;
        }
    }
}
