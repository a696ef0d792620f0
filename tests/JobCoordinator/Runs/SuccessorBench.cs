using System.Text.Json;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Runs;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Tests.Saga;

namespace Headgate.JobCoordinator.Tests.Runs;

/// <summary>Runs that wait for a job, on the bench of the saga; what is owed is delivered by the test.</summary>
sealed class SuccessorBench(SagaBench bench)
{
    public static StartJob Run(SagaJob job, bool resync = false, OnActiveJob onActive = OnActiveJob.CancelAndStart) => new()
    {
        RunId = Guid.NewGuid(),
        Project = job.Definition.Project,
        Pipeline = job.Definition.Name,
        Trigger = resync ? TriggerKind.Resync : TriggerKind.SyncNow,
        Actor = "somebody",
        Reason = "wrong mapping",
        OnActiveJob = onActive,
        Resync = resync,
    };

    public Task<RunAnswered> StartAsync(StartJob run) => bench.AskAsync<StartJob, RunAnswered>(run, SagaBench.Starts);

    /// <summary>A pipeline whose active job stands in a state.</summary>
    public async Task<SagaJob> ActiveAsync(string state)
    {
        var job = await (await bench.AcceptAsync()).InAsync(state);
        await job.ClaimAsync();
        return job;
    }

    /// <summary>Hands the job the cancel that it is owed, and lets the fence answer until it has ended.</summary>
    public async Task CancelOwedAsync(SagaJob job)
    {
        await bench.HandleAsync(await OwedCancelAsync(job));
        while ((await job.RowAsync()).CurrentState is "Pausing" or "Canceling") await job.ConfirmStopAsync();
    }

    public async Task<CancelJob> OwedCancelAsync(SagaJob job) => JsonSerializer.Deserialize<CancelJob>(
        await job.ValueAsync<string>(
            $"""
             select body::text as "Value" from coordinator.obligation
             where job_id = {job.Id} and message like '%.CancelJob' order by sequence desc limit 1
             """),
        PipelineJson.Options)!;

    /// <summary>The job that is owed because of a run; null: none.</summary>
    public async Task<AcceptJob?> AcceptedAsync(Guid run) => (await bench.ListAsync<string>(
        $"""select body::text as "Value" from coordinator.obligation where job_id = {run} and message like '%.AcceptJob'""")) is [var body]
        ? JsonSerializer.Deserialize<AcceptJob>(body, PipelineJson.Options) : null;

    /// <summary>Why the run was skipped; null: it was not.</summary>
    public async Task<string?> SkippedAsync(Guid run) =>
        (await bench.ListAsync<string>($"""select reason as "Value" from coordinator.skipped_run where run_id = {run}""")).SingleOrDefault();

    public static Task<Guid?> CurrentAsync(SagaJob job) =>
        job.ValueAsync<Guid?>($"""select current_job_id as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");

    public static Task<Guid?> WaitingAsync(SagaJob job) =>
        job.ValueAsync<Guid?>($"""select successor_run_id as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");

    public static Task<string> PipelineAsync(SagaJob job) =>
        job.ValueAsync<string>($"""select state as "Value" from coordinator.pipeline where pipeline_id = {job.PipelineId}""");

    public Task SetAsync(SagaJob job, string state) =>
        bench.ExecuteAsync($"update coordinator.pipeline set state = {state} where pipeline_id = {job.PipelineId}");
}
