using Headgate.Connectors;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Steps;

namespace Headgate.IngestWorker.Preparation;

/// <summary>Up to where earlier runs have read each object. The values never leave this database.</summary>
sealed class OffsetBounds(IngestState state)
{
    /// <summary>
    /// The bound that the reference names. Looked up by source and destination, not by number: an object's number is its place in
    /// the pipeline file, and the file may have changed since.
    /// </summary>
    /// <returns>The bound; null where that run did not read every field of the plan, so that all is to be read.</returns>
    public async Task<DateTimeOffset?> FindAsync(
        OffsetReference offset, ObjectDefinition definition, ObjectPlan plan, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select upper, fields @> $5 from ingest.bound where job_id = $1 and attempt = $2 and source = $3 and target = $4");
        await using var reader = await command.With(offset.JobId, offset.Attempt, definition.From, definition.To, FieldsOf(plan))
            .ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new StepException(
                "offset-missing",
                $"How far the last run read {definition.From} is not known to this worker's database: a full run (historical) is needed.");
        }

        return reader.GetBoolean(1) ? new DateTimeOffset(reader.GetDateTime(0)) : null;
    }

    /// <summary>The bound that the reference names, whichever fields that run has read; null: it is not known here.</summary>
    public async Task<DateTimeOffset?> LookAsync(OffsetReference offset, ObjectDefinition definition, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select upper from ingest.bound where job_id = $1 and attempt = $2 and source = $3 and target = $4");
        return await command.With(offset.JobId, offset.Attempt, definition.From, definition.To).ExecuteScalarAsync(cancellationToken) is DateTime upper
            ? new DateTimeOffset(upper) : null;
    }

    /// <summary>What is read into what, a field each.</summary>
    public static string[] FieldsOf(ObjectPlan plan) => [.. plan.Fields.Select(field => $"{field.Source} -> {field.Name}")];
}
