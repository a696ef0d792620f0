using System.Globalization;
using Headgate.Connectors.Changes;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.State;
using Headgate.IngestWorker.Systems;
using Headgate.Relay.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Serves a call of DiffJob: the records that the destination's log has, each as it is on both sides now.</summary>
sealed class ServedDiff(SystemConnections systems)
{
    /// <summary>Of one message, in bytes, and one record more.</summary>
    const int Enough = 256 * 1024;

    public Task RunAsync(ServedCall call) => RunAsync(call.Work.Diff, call.Work.Place, call.SendAsync, call.Gone);

    /// <param name="work">What to compare.</param>
    /// <param name="place">Where to go on; empty: from the beginning.</param>
    /// <param name="send">Takes parts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(DiffWork work, string place, Func<ServeRequest, Task> send, CancellationToken cancellationToken)
    {
        var pipeline = StoredJson.Read<PipelineDefinition>(work.Pipeline);
        using var source = systems.Source(pipeline.Source);
        using var destination = systems.Destination(pipeline.Destination);
        var tables = await DiffMapping.PlanAsync(work, pipeline, source.Value, destination.Value, cancellationToken);
        var comparison = new RecordComparison(source.Value, destination.Value);
        var parts = new DiffParts(work.Request.IncludeEqual, send);
        await foreach (var (records, upto) in Touched(work, destination.Value).ReadAsync(work.Repeats, PlaceOf(place), cancellationToken))
        {
            foreach (var some in Runs(records)) await CompareAsync(comparison, tables[some[0].ObjectNo], some, parts, cancellationToken);
            await parts.SendAsync(upto);
        }
    }

    static async Task CompareAsync(
        RecordComparison comparison, MappedTable table, IReadOnlyList<TouchedRecord> records, DiffParts parts, CancellationToken cancellationToken)
    {
        var keys = records.Select(record => table.KeyOf(record.Key)).ToList();
        for (var done = 0; done < records.Count;)
        {
            var found = await comparison.CompareAsync(table, keys[done..], cancellationToken);
            foreach (var each in found)
            {
                var record = records[done++];
                await parts.AddAsync(DiffMessages.Of(record, each, table), record.Sequence, Enough);
            }
        }
    }

    /// <summary>Records of one object that follow each other.</summary>
    static IEnumerable<IReadOnlyList<TouchedRecord>> Runs(IReadOnlyList<TouchedRecord> records)
    {
        for (var at = 0; at < records.Count;)
        {
            var run = records.Skip(at).TakeWhile(record => record.ObjectNo == records[at].ObjectNo).ToList();
            yield return run;
            at += run.Count;
        }
    }

    static TouchedRecords Touched(DiffWork work, IDestination destination)
    {
        var keys = work.Request.Keys;
        var query = new ChangeQuery
        {
            JobId = Guid.Parse(work.JobId),
            Objects = [.. work.Objects.Select(each => each.Number)],
            // The log looks for one by itself.
            Key = keys is [var only] ? only.Values.ToDictionary(StringComparer.Ordinal) : null,
        };
        return new TouchedRecords(destination, query, keys.Count < 2 ? null : keys.Select(key => TouchedRecords.IdOf(
            key.Values.Select(field => KeyValuePair.Create(field.Key, (string?)field.Value)))).ToHashSet(StringComparer.Ordinal));
    }

    static long? PlaceOf(string place) => place.Length == 0 ? null : long.Parse(place, CultureInfo.InvariantCulture);
}
