using System.Diagnostics;
using Headgate.Contracts.Jobs;

namespace Headgate.Bench.Cases;

/// <summary>The first load of one table, over and over: started, brought to a random moment, stopped, and out of the way again.</summary>
sealed class StopSubject(CaseRun run, string pipeline, string table, long rows)
{
    const string Actor = "bench";
    const double MostLoaded = 0.9;
    const double LoadedBetween = 0.04;

    // Once it reads, one second of extraction is like another.
    static readonly TimeSpan LongestExtracted = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // The same moments in every run.
    readonly Random _random = new(1);
    TimeSpan _extraction;

    public CaseRun Run => run;

    /// <summary>One load from beginning to end, which also tells how long extraction takes.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var job = await StartAsync(cancellationToken);
        await StateAsync(job, ["Completed"], cancellationToken);
        _extraction = TimeSpan.FromSeconds(await run.Installation.State.ScalarAsync<double>(
            $"select extract(epoch from launched_at - created_at)::float8 from coordinator.sync_job where job_id = '{job}'", cancellationToken));
        await EndAsync(job, cancellationToken);
    }

    public async Task<Guid> StartAsync(CancellationToken cancellationToken)
    {
        await run.Installation.Destination.ExecuteAsync($"drop table if exists {table}", cancellationToken);
        await run.Installation.SettleAsync(cancellationToken);
        return await run.Headgate.StartAsync(pipeline, cancellationToken);
    }

    /// <summary>Waits for a random moment in the phase; false if the job is too far already.</summary>
    /// <param name="job">The job.</param>
    /// <param name="phase">What it is to be doing.</param>
    /// <param name="extraction">The longest wait for a moment of extraction, as a share of all of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<bool> ReachAsync(Guid job, StopPhase phase, double extraction, CancellationToken cancellationToken) =>
        phase == StopPhase.Extracting ? ExtractingAsync(job, extraction, cancellationToken) : LoadingAsync(job, cancellationToken);

    public Task SendAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => run.Installation.Commands.SendAsync(command, cancellationToken);

    public Task PauseAsync(Guid job, CancellationToken cancellationToken) => SendAsync(new PauseJob { JobId = job, Actor = Actor }, cancellationToken);

    public Task ForceAsync(Guid job, CancellationToken cancellationToken) =>
        SendAsync(new CancelJob { JobId = job, Actor = Actor, Mode = CancelMode.Force }, cancellationToken);

    public Task ResumeAsync(Guid job, CancellationToken cancellationToken) => SendAsync(new ResumeJob { JobId = job, Actor = Actor }, cancellationToken);

    public async Task<string> StateAsync(Guid job, string[] wanted, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var state = await run.Headgate.StateAsync(job, cancellationToken);
            if (wanted.Contains(state)) return state;
            if (state == "Failed" || watch.Elapsed > Patience)
            {
                throw new BenchException(
                    $"The job is {state} and not {string.Join(" or ", wanted)}: {await run.Headgate.ErrorAsync(job, cancellationToken)}");
            }

            await Task.Delay(Glance, cancellationToken);
        }
    }

    /// <summary>Both clocks are one machine's: the coordinator's, and the server's for commits.</summary>
    public async Task<StopTime> TimeAsync(Guid job, CancellationToken cancellationToken)
    {
        var (requested, confirmed) = (await run.Installation.State.ListAsync(
            $"""
             select extract(epoch from stop_requested_at)::float8, extract(epoch from stop_confirmed_at)::float8
             from coordinator.sync_job where job_id = '{job}'
             """,
            reader => (reader.GetDouble(0), reader.GetDouble(1)),
            cancellationToken)).Single();
        var written = await run.Installation.Destination.ScalarAsync<double>(
            $"""
             select coalesce(extract(epoch from max(pg_xact_commit_timestamp(xmin))), 0)::float8 from headgate.ledger
             where job_id = '{job}' and next_row > 0
             """,
            cancellationToken);
        return new StopTime(1000 * (confirmed - requested), written == 0 ? null : Math.Max(0, 1000 * (written - requested)));
    }

    /// <summary>Gets the pipeline free for the next job.</summary>
    public async Task EndAsync(Guid job, CancellationToken cancellationToken)
    {
        if (await run.Headgate.StateAsync(job, cancellationToken) is not ("Canceled" or "Completed")) await ForceAsync(job, cancellationToken);
        await StateAsync(job, ["Canceled", "Completed"], cancellationToken);
        await run.Headgate.ReleasedAsync(job, cancellationToken);
    }

    async Task<bool> ExtractingAsync(Guid job, double most, CancellationToken cancellationToken)
    {
        if (await StateAsync(job, ["Initializing", "Processing", "Collecting", "Completed"], cancellationToken) != "Initializing") return false;
        var longest = _extraction * most < LongestExtracted ? _extraction * most : LongestExtracted;
        await Task.Delay(longest * _random.NextDouble(), cancellationToken);
        return await run.Headgate.StateAsync(job, cancellationToken) == "Initializing";
    }

    async Task<bool> LoadingAsync(Guid job, CancellationToken cancellationToken)
    {
        await StateAsync(job, ["Processing", "Collecting", "Completed"], cancellationToken);
        var from = await WrittenAsync(job, cancellationToken);
        var until = from + Math.Max(1, (long)(rows * LoadedBetween * _random.NextDouble()));
        if (until > rows * MostLoaded) return false;
        while (await WrittenAsync(job, cancellationToken) < until)
        {
            if (await run.Headgate.StateAsync(job, cancellationToken) != "Processing") return false;
            await Task.Delay(Glance, cancellationToken);
        }

        return await run.Headgate.StateAsync(job, cancellationToken) == "Processing";
    }

    Task<long> WrittenAsync(Guid job, CancellationToken cancellationToken) => run.Installation.Destination.ScalarAsync<long>(
        $"select coalesce(sum(next_row), 0)::bigint from headgate.ledger where job_id = '{job}'", cancellationToken);
}
