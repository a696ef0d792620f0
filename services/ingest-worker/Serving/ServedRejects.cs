using Google.Protobuf.WellKnownTypes;
using Headgate.Connectors.Changes;
using Headgate.Contracts.Pipelines;
using Headgate.IngestWorker.Systems;
using Headgate.Relay.V1;
using Headgate.V1;
using Enum = System.Enum;

namespace Headgate.IngestWorker.Serving;

/// <summary>Serves a call of ListRejected: one page.</summary>
sealed class ServedRejects(SystemConnections systems)
{
    const int MostBytes = 3 * 1024 * 1024;

    public async Task RunAsync(ServedCall call)
    {
        var work = call.Work.Rejects;
        var names = work.Objects.ToDictionary(each => each.Number, each => each.Name);
        using var destination = systems.Destination(new SystemReference { Connector = work.Connector, Connection = work.Connection });
        var page = await destination.Value.ReadRejectsAsync(QueryOf(work, call.Work.Place), call.Gone);
        var (part, bytes, taken) = (new ListRejectedResponse(), 0, 0);
        foreach (var reject in page.Rejects)
        {
            var message = Of(reject, names.GetValueOrDefault(reject.Place.ObjectNo, ""));
            bytes += message.CalculateSize();
            if (bytes > MostBytes && taken > 0) break;
            part.Records.Add(message);
            taken++;
        }

        var place = taken > 0 && !(page.IsLast && taken == page.Rejects.Count) ? PlaceOf(page.Rejects[taken - 1].Place) : "";
        await call.SendAsync(new ServeRequest { Rejects = part, Place = place });
    }

    static RejectQuery QueryOf(RejectsWork work, string place)
    {
        var request = work.Request;
        return new RejectQuery
        {
            JobId = Guid.Parse(work.JobId),
            Objects = request.Object.Length == 0 ? null : [.. work.Objects.Where(each => each.Name == request.Object).Select(each => each.Number)],
            Attempt = request.Attempt == 0 ? null : request.Attempt,
            After = place.Split('/') is [var attempt, var objectNo, var segment, var row]
                ? new RejectPlace(int.Parse(attempt, null), int.Parse(objectNo, null), int.Parse(segment, null), long.Parse(row, null)) : null,
            Limit = request.PageSize,
        };
    }

    static string PlaceOf(RejectPlace place) => $"{place.Attempt}/{place.ObjectNo}/{place.SegmentNo}/{place.RowNo}";

    static RejectedRecord Of(LoggedReject reject, string name)
    {
        for (var most = ShownText.Most; ; most /= 4)
        {
            var message = Of(reject, name, new ShownText(most));
            if (most < 16 || message.CalculateSize() <= MostBytes) return message;
        }
    }

    static RejectedRecord Of(LoggedReject reject, string name, ShownText text)
    {
        var message = new RejectedRecord
        {
            Object = name,
            Attempt = reject.Place.Attempt,
            SqlState = reject.SqlState ?? "",
            Constraint = reject.Constraint ?? "",
            Column = reject.Column ?? "",
            Sentence = reject.Sentence,
            Waiting = reject.Waiting,
            Rejected = Timestamp.FromDateTimeOffset(reject.At),
        };
        if (reject.Key is { } key)
        {
            message.Key = new RecordKey();
            foreach (var (field, value) in key) message.Key.Values[field] = value ?? "";
        }

        foreach (var (field, value) in reject.Record) message.Record.Add(ChangeMessages.ValueOf(field, value, text));
        if (reject.Conflict is not { } conflict) return message;
        message.Conflict = new Conflict { Kind = Enum.Parse<V1.ConflictKind>(conflict.Kind.ToString()) };
        foreach (var field in conflict.Fields) message.Conflict.Fields.Add(FieldOf(field, text));
        return message;
    }

    static FieldConflict FieldOf(ConflictField field, ShownText text)
    {
        var shown = new FieldConflict { Field = field.Field };
        if (field.Before is { } before) shown.Before = text.Of(before);
        if (field.Written is { } written) shown.Written = text.Of(written);
        if (field.Now is { } now) shown.Now = text.Of(now);
        return shown;
    }
}
