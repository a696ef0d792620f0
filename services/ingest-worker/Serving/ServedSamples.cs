using System.Globalization;
using Headgate.Connectors.Changes;
using Headgate.IngestWorker.Sampling;
using Headgate.IngestWorker.Steps;
using Headgate.Relay.V1;
using Headgate.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Serves a call of ListChanges of a dry run: what it has kept of the records that would change.</summary>
sealed class ServedSamples(SampleFiles files)
{
    /// <summary>Of one message, in bytes, and one record more.</summary>
    const int Enough = 256 * 1024;

    /// <summary>Of a sequence, for the place among the object's; its number is above.</summary>
    const int PlaceBits = 20;

    public Task RunAsync(ServedCall call) => RunAsync(call.Work.Samples, call.Work.Place, call.SendAsync, call.Gone);

    /// <param name="work">What is wanted.</param>
    /// <param name="place">Where to go on; empty: from the beginning.</param>
    /// <param name="send">Takes parts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(SamplesWork work, string place, Func<ServeRequest, Task> send, CancellationToken cancellationToken)
    {
        var (job, request) = (Guid.Parse(work.JobId), work.Request);
        if (request.Attempt != 0 && request.Attempt != work.Attempt) return;
        var there = files.ObjectsOf(job, work.Attempt) ?? throw Gone();
        var after = place.Length == 0 ? 0 : long.Parse(place, CultureInfo.InvariantCulture);
        var parts = new Parts(work.Limit == 0 ? long.MaxValue : work.Limit, send);
        var wanted = work.Objects.Where(each => request.Object.Length == 0 || each.Name == request.Object)
            .ToDictionary(each => each.Number, each => each.Name);
        var (isThere, hasField) = (false, false);
        foreach (var number in there.Where(wanted.ContainsKey))
        {
            var kept = await files.FindAsync(job, work.Attempt, number, cancellationToken) ?? throw Gone();
            (isThere, hasField) = (true, hasField || request.Field.Length == 0 || kept.Fields.Contains(request.Field, StringComparer.Ordinal));
            DemandKey(kept, request);
            foreach (var change in Changes(kept, number, work.Attempt).Where(change => change.Sequence > after))
            {
                if (Wanted(change, request) is { } shown && !await parts.AddAsync(ChangeMessages.Of(shown, wanted[number]))) return;
            }
        }

        if (isThere && !hasField)
            throw new StepException(ChangeProblems.Field, "There is no such field: expected the name of a mapped destination field.");
        await parts.SendAsync();
    }

    static StepException Gone() => new(ChangeProblems.SamplesGone, "They are not in the staging directory.");

    static IEnumerable<LoggedChange> Changes(KeptSamples kept, int objectNo, int attempt) => kept.Records.Select((sample, at) => new LoggedChange
    {
        Sequence = ((long)objectNo << PlaceBits) + at + 1,
        Attempt = attempt,
        ObjectNo = objectNo,
        Operation = sample.Record.IsInsert ? LoggedOperation.Insert : LoggedOperation.Update,
        Key = sample.Record.Key,
        Fields = sample.Record.Fields,
    });

    static void DemandKey(KeptSamples kept, ListChangesRequest request)
    {
        if (request.Key is not { } key) return;
        if (kept.Key.Order(StringComparer.Ordinal).SequenceEqual(key.Values.Keys.Order(StringComparer.Ordinal))) return;
        throw new StepException(ChangeProblems.Key, $"It has other fields than the object's key: expected {string.Join(", ", kept.Key)}.");
    }

    /// <summary>Null: it was not asked for.</summary>
    static LoggedChange? Wanted(LoggedChange change, ListChangesRequest request)
    {
        if (request.Operation is not ChangeOperation.Unspecified && request.Operation.ToString() != change.Operation.ToString()) return null;
        if (request.Key is { } key && change.Key.Any(field => key.Values[field.Key] != field.Value)) return null;
        if (request.Field.Length == 0) return change;
        var fields = change.Fields.Where(field => field.Field == request.Field).ToList();
        return fields.Count == 0 ? null : change with { Fields = fields };
    }

    /// <summary>Records in parts of a size that is good to send.</summary>
    sealed class Parts(long limit, Func<ServeRequest, Task> send)
    {
        ListChangesResponse _part = new();
        int _bytes;
        long _left = limit;

        /// <returns>Whether more are wanted.</returns>
        public async Task<bool> AddAsync(RecordChange change)
        {
            _part.Changes.Add(change);
            _bytes += change.CalculateSize();
            _left--;
            if (_bytes >= Enough || _left == 0) await SendAsync();
            return _left > 0;
        }

        public async Task SendAsync()
        {
            if (_part.Changes.Count == 0) return;
            var part = _part;
            (_part, _bytes) = (new ListChangesResponse(), 0);
            await send(new ServeRequest { Changes = part, Place = $"{part.Changes[^1].Sequence}" });
        }
    }
}
