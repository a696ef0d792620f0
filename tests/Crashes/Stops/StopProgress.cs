using Headgate.Tests.Installations;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>Waits for what a job's row shows, as closely as another process's state can be looked at.</summary>
sealed class StopProgress(Installation headgate, Guid job)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(4);

    /// <summary>Waits until the job is so far; one that has gone further, or has ended, is so far.</summary>
    public Task ReachedAsync(StopPhase phase) => UntilAsync(
        phase switch
        {
            StopPhase.Extraction => "state <> 'Pending'",
            StopPhase.Launch => "state not in ('Pending', 'Initializing')",
            StopPhase.Load => "state not in ('Pending', 'Initializing') and phase not in ('Launching', 'Shaping')",
            _ => "state not in ('Pending', 'Initializing') and phase not in ('Launching', 'Shaping', 'Loading')",
        },
        () => Task.FromResult<object?>("so far"));

    /// <summary>Whether it is in the midst of writing.</summary>
    public Task<bool> IsLoadingAsync() =>
        headgate.State.ScalarAsync<bool>($"select state = 'Processing' and phase = 'Loading' from coordinator.sync_job where job_id = '{job}'");

    /// <summary>What the checker sees as soon as the job is shown as stopped.</summary>
    public async Task<SeenStop> SeenAsync(StopChecker checker) =>
        (SeenStop)await UntilAsync(
            $"state in ({string.Join(", ", StopChecker.Stopped.Select(state => $"'{state}'"))})", async () => await checker.SeeAsync(job));

    /// <summary>State and phase now.</summary>
    public async Task<string> WhereAsync() => await headgate.State.ScalarAsync<string>(
        $"""
         select concat_ws(' ', state, nullif(phase, 'None'), case when request_id is not null then 'launched' end)
         from coordinator.sync_job where job_id = '{job}'
         """)
        ?? "not there";

    async Task<object> UntilAsync(string condition, Func<Task<object?>> look)
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await headgate.State.ScalarAsync<bool>($"select {condition} from coordinator.sync_job where job_id = '{job}'")
                && await look() is { } seen) return seen;
            if (late.IsCancellationRequested) throw new TimeoutException($"job {job} is {await WhereAsync()}; it was never seen that {condition}");
            await Task.Delay(Look);
        }
    }
}
