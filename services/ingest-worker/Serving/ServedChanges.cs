using Headgate.Connectors.Changes;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Systems;
using Headgate.Relay.V1;
using Headgate.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>Serves a call of ListChanges: the destination's log, part by part.</summary>
sealed class ServedChanges(SystemConnections systems)
{
    /// <summary>Of one message, in bytes, and one record more.</summary>
    const int Enough = 256 * 1024;

    public async Task RunAsync(ServedCall call)
    {
        var work = call.Work.Changes;
        var names = work.Objects.ToDictionary(each => each.Number, each => each.Name);
        var query = QueryOf(work, call.Work.Place);
        var left = work.Limit == 0 ? long.MaxValue : work.Limit;
        using var destination = systems.Destination(new SystemReference { Connector = work.Connector, Connection = work.Connection });
        while (left > 0)
        {
            var page = await destination.Value.ReadChangesAsync(query, call.Gone);
            var changes = page.Changes.Take((int)Math.Min(left, page.Changes.Count)).ToList();
            left -= changes.Count;
            await SendAsync(call, changes, names);
            if (page.IsLast) return;
            // Also where nothing was found: it would be looked through again.
            if (left > 0) await call.SendAsync(new ServeRequest { Place = $"{page.Upto}" });
            query = query with { After = page.Upto };
        }
    }

    static async Task SendAsync(ServedCall call, IReadOnlyList<LoggedChange> changes, Dictionary<int, string> names)
    {
        var part = new ListChangesResponse();
        var bytes = 0;
        for (var at = 0; at < changes.Count; at++)
        {
            var change = ChangeMessages.Of(changes[at], names.GetValueOrDefault(changes[at].ObjectNo, ""));
            part.Changes.Add(change);
            bytes += change.CalculateSize();
            if (bytes < Enough && at < changes.Count - 1) continue;
            await call.SendAsync(new ServeRequest { Changes = part, Place = $"{changes[at].Sequence}" });
            (part, bytes) = (new ListChangesResponse(), 0);
        }
    }

    static ChangeQuery QueryOf(ChangesWork work, string place)
    {
        var request = work.Request;
        return new ChangeQuery
        {
            JobId = Guid.Parse(work.JobId),
            Objects = request.Object.Length == 0 ? null : [.. work.Objects.Where(each => each.Name == request.Object).Select(each => each.Number)],
            Attempt = request.Attempt == 0 ? null : request.Attempt,
            Key = request.Key?.Values.ToDictionary(StringComparer.Ordinal),
            Field = request.Field.Length == 0 ? null : request.Field,
            Operation = request.Operation is ChangeOperation.Unspecified ? null : Enum.Parse<LoggedOperation>(request.Operation.ToString()),
            Present = request.Present,
            After = place.Length == 0 ? null : long.Parse(place, System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
