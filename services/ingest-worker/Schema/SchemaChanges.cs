using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;

namespace Headgate.IngestWorker.Schema;

/// <summary>Makes the changes that were planned for all objects of an attempt. The destination knows which are made already.</summary>
sealed class SchemaChanges(IngestState state, SystemConnections systems)
{
    public async Task<StepAnswer> ApplyAsync(ApplySchemaChanges apply, CancellationToken cancellationToken)
    {
        var plans = new List<ObjectPlan>();
        if (await ReadAsync(apply, plans, cancellationToken) is not { } attempt)
            return new StepAnswer.Nothing("the attempt is not planned");

        using var destination = systems.Destination(attempt.Pipeline.Destination);
        var ticket = new JobTicket { PipelineId = attempt.PipelineId, JobId = apply.JobId, Attempt = apply.Attempt, Epoch = apply.Epoch };
        await FaultPoint.ReachedAsync(FaultPoints.SchemaUnchanged);
        await destination.Value.TidyAsync(ticket, attempt.Pipeline.Retention.Changes, cancellationToken);
        var empty = await destination.Value.ApplyChangesAsync(ticket, plans, cancellationToken);
        await FaultPoint.ReachedAsync(FaultPoints.SchemaChanged);
        return empty is not null
            ? new StepAnswer.Say(new SchemaChangesApplied { JobId = apply.JobId, Epoch = apply.Epoch, EmptyObjects = empty })
            : new StepAnswer.Nothing("the fence does not stand for this job");
    }

    async Task<(Guid PipelineId, PipelineDefinition Pipeline)?> ReadAsync(
        ApplySchemaChanges apply, List<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        // The definition comes with the first row only: it names all objects, and there is a row for each; or one without a plan, where every
        // object is blocked.
        (Guid, PipelineDefinition)? attempt = null;
        await using var command = state.Source.CreateCommand(
            """
            select a.pipeline_id, case when o.object_no is not distinct from min(o.object_no) over () then a.pipeline end, o.plan
            from ingest.attempt a
            left join ingest.object o on o.job_id = a.job_id and o.attempt = a.attempt and not o.superseded
            where a.job_id = $1 and a.attempt = $2 and a.pipeline is not null
            order by o.object_no
            """);
        await using var row = await command.With(apply.JobId, apply.Attempt).ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            attempt ??= (row.GetGuid(0), StoredJson.Read<PipelineDefinition>(row.GetString(1)));
            if (!row.IsDBNull(2)) plans.Add(StoredJson.Read<ReadPlan>(row.GetString(2)).Object);
        }

        return attempt;
    }
}
