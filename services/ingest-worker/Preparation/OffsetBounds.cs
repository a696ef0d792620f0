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
    public async Task<DateTimeOffset> FindAsync(OffsetReference offset, ObjectDefinition definition, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select upper from ingest.bound where job_id = $1 and attempt = $2 and source = $3 and target = $4");
        var upper = await command.With(offset.JobId, offset.Attempt, definition.From, definition.To).ExecuteScalarAsync(cancellationToken);
        return upper is DateTime bound
            ? new DateTimeOffset(bound)
            : throw new StepException(
                "offset-missing",
                $"How far the last run read {definition.From} is not known to this worker's database: a full run (historical) is needed.");
    }
}
