using System.Text.Json;
using Grpc.Core;
using Headgate.Contracts.Jobs;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Pipelines;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Runs;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;
using Npgsql;
using CommandOutcome = Headgate.Contracts.Jobs.CommandOutcome;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>DeletePipeline: name and tables are free, and nothing that was written or recorded goes.</summary>
sealed class PipelineDeletion(
    IdempotentCalls calls, PipelineQueries pipelines, PipelineReads reads, JobBirths births, JobQueries jobs, JobCommandSender sender,
    CoordinatorState state, TimeProvider time)
{
    public Task<DeletePipelineResponse> DeleteAsync(DeletePipelineRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: call => FirstAsync(call, request, context),
        again: async answered =>
        {
            answered.Pipeline = (await reads.ByIdsAsync([Guid.Parse(answered.Pipeline.Id)], context.CancellationToken))[0];
            return answered;
        });

    async Task<DeletePipelineResponse> FirstAsync(
        IdempotentCall call, DeletePipelineRequest request, ServerCallContext context)
    {
        var (caller, cancellationToken) = (context.Caller(), context.CancellationToken);
        var found = await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken);
        var discard = new DiscardJob { JobId = default, Actor = caller.Name, Reason = Reason(request), SubjectGone = true };
        // Before the pipeline is locked: what the job is about may need that lock, and the job could not answer.
        var discarded = request.DiscardActiveJob ? await DiscardAsync(call, found, Reason(request), context) : null;

        var connection = await call.ConnectionAsync(cancellationToken);
        // In the order in which files are applied.
        await TargetClaims.LockAsync(connection, cancellationToken);
        var pipeline = await LockedPipeline.LockAsync(connection, found, cancellationToken);
        if (await ActiveJob.OfAsync(connection, pipeline.Id, cancellationToken) is { } active && active.Id != discarded)
            throw request.DiscardActiveJob ? CallErrors.Unavailable("Another run has begun meanwhile; the pipeline was not deleted. Try again.")
                : Refused(pipeline, active);
        await pipeline.SetAsync(connection, "deleted_at = now()", cancellationToken);
        await StartRules.DeleteAsync(connection, pipeline.Id, cancellationToken);
        await TargetClaims.GiveUpAsync(connection, pipeline.Id, cancellationToken);
        var failed = await OweDiscardsAsync(connection, pipeline.Id, discard, cancellationToken);
        await OweReleasesAsync(connection, pipeline.Id, cancellationToken);
        return new DeletePipelineResponse
        {
            Pipeline = (await reads.ByIdsAsync(connection, [pipeline.Id], cancellationToken))[0],
            Sentence = $"{pipeline.FullName} is deleted; what it has written stays, and so do its jobs."
                + (discarded is null ? "" : $" Job {discarded} is discarded.")
                + string.Concat(failed.Select(job => $" The failed job {job} is discarded.")),
            Outcome = V1.CommandOutcome.Accepted,
        };
    }

    static string Reason(DeletePipelineRequest request) =>
        request.Reason.Length == 0 ? "the pipeline was deleted" : $"the pipeline was deleted: {request.Reason}";

    static RpcException Refused(LockedPipeline pipeline, ActiveJob active) => PipelineRefusals.OfJob(
        Rule.ActiveJob,
        active,
        $"Job {active.Id} of {pipeline.FullName} is {active.State}: discard it with the pipeline (discard_active_job), or end it first.",
        Operation.DeletePipeline);

    // Null: there is nothing to discard, or what was there has ended by itself.
    async Task<Guid?> DiscardAsync(IdempotentCall call, PipelineRecord pipeline, string reason, ServerCallContext context)
    {
        var cancellationToken = context.CancellationToken;
        var asked = time.GetUtcNow();
        ActiveJob? active;
        await using (var connection = await state.Source.OpenConnectionAsync(cancellationToken))
        {
            // Or the end of the job that it waits for would start it.
            await WaitingRun.DropAsync(connection, pipeline.Id, "the pipeline was to be deleted", cancellationToken);
            active = await ActiveJob.OfAsync(connection, pipeline.Id, cancellationToken);
        }

        if (active is null) return null;
        if (!active.IsBorn && await births.WaitAsync(active.Id, cancellationToken) is null)
            throw CallErrors.Unavailable($"Job {active.Id} of the pipeline was accepted and is not there yet; nothing was deleted. Try again.");

        var answer = await sender.SendAsync(
            JobOrder.Of(Operation.DiscardJob, reason, context, asked) with { SubjectGone = true }, active.Id, JobCommandSender.MessageId(call.Id, active.Id),
            AnswerPatience.Of(context, JobCommandSender.Most), cancellationToken);
        if (answer.Outcome != CommandOutcome.Refused) return active.Id;
        if (answer.Rule is CommandRule.Final or CommandRule.Missing) return null;
        var now = (await jobs.ByIdAsync(active.Id, cancellationToken)).Jobs is [var job] ? ActiveJob.Of(job) : active;
        throw PipelineRefusals.OfJob(
            Rule.State,
            now with { State = answer.State },
            $"Job {active.Id} of {pipeline.Project}/{pipeline.Name} is {answer.State}, and cannot be discarded. {answer.Sentence}");
    }

    // Owed by the same transaction: the pipeline is not deleted without them, nor they without it.
    static async Task<List<Guid>> OweDiscardsAsync(
        NpgsqlConnection connection, Guid pipeline, DiscardJob discard, CancellationToken cancellationToken)
    {
        await using var finding = new NpgsqlCommand(
            "select job_id from coordinator.sync_job where pipeline_id = $1 and state = 'Failed' and finished_at is null order by created_at",
            connection);
        finding.Parameters.AddWithValue(pipeline);
        var failed = await finding.ListAsync(row => row.GetGuid(0), cancellationToken);
        foreach (var job in failed)
        {
            await using var owing = new NpgsqlCommand(
                "insert into coordinator.obligation (obligation_id, job_id, message, lane, body) values ($1, $2, $3, $4, $5::jsonb)", connection);
            owing.Parameters.AddWithValue(Guid.CreateVersion7());
            owing.Parameters.AddWithValue(job);
            owing.Parameters.AddWithValue(typeof(DiscardJob).FullName!);
            owing.Parameters.AddWithValue(Lanes.JobCommands);
            owing.Parameters.AddWithValue(JsonSerializer.Serialize(discard with { JobId = job }, PipelineJson.Options));
            await owing.ExecuteNonQueryAsync(cancellationToken);
        }

        return failed;
    }

    // Of its dry runs, also of files of its name that were not applied, the workers keep records to be shown for as long as their file says.
    static async Task OweReleasesAsync(NpgsqlConnection connection, Guid pipeline, CancellationToken cancellationToken)
    {
        await using var owing = new NpgsqlCommand(
            """
            insert into coordinator.obligation (obligation_id, job_id, message, lane, body)
            select gen_random_uuid(), j.job_id, $2, $3, jsonb_build_object(
                       'jobId', j.job_id, 'attempt', j.attempt, 'epoch', j.epoch, 'staging', true, 'samples', true)
            from coordinator.pipeline p join coordinator.pipeline n on n.project = p.project and n.name = p.name
            join coordinator.sync_job j on j.pipeline_id = n.pipeline_id and j.kind = 'DryRun'
            join coordinator.pipeline_version v on v.pipeline_id = j.pipeline_id and v.version = j.pipeline_version
            where p.pipeline_id = $1
              and j.finished_at > now() - regexp_replace(v.definition -> 'retention' ->> 'staging', '^(\d+)\.', '\1 days ')::interval
            """,
            connection);
        owing.Parameters.AddWithValue(pipeline);
        owing.Parameters.AddWithValue(typeof(ReleaseJob).FullName!);
        owing.Parameters.AddWithValue(Lanes.Prepare);
        await owing.ExecuteNonQueryAsync(cancellationToken);
    }
}
