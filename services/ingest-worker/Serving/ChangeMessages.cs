using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Headgate.Connectors.Changes;
using Headgate.V1;
using Enum = System.Enum;

namespace Headgate.IngestWorker.Serving;

/// <summary>Logged changes as calls show them.</summary>
static class ChangeMessages
{
    /// <summary>Clients take 4 MiB in one message unless they are told to take more.</summary>
    const int MostBytes = 3 * 1024 * 1024;

    /// <param name="change">As the destination's log has it.</param>
    /// <param name="name">Its object, as the pipeline file names it.</param>
    public static RecordChange Of(LoggedChange change, string name)
    {
        // A record of very many long values is cut further, until it fits.
        for (var most = ShownText.Most; ; most /= 4)
        {
            var message = Of(change, name, new ShownText(most));
            if (most < 16 || message.CalculateSize() <= MostBytes) return message;
        }
    }

    static RecordChange Of(LoggedChange change, string name, ShownText text)
    {
        var message = new RecordChange
        {
            Object = name,
            Key = new RecordKey(),
            Operation = Enum.Parse<ChangeOperation>(change.Operation.ToString()),
            Attempt = change.Attempt,
            Sequence = change.Sequence,
            Committed = change.CommittedAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
            Hash = ByteString.CopyFrom(change.Hash.Span),
        };
        // A key has no null.
        foreach (var (field, value) in change.Key) message.Key.Values[field] = value ?? "";
        foreach (var field in change.Fields) message.Fields.Add(FieldOf(field, text));
        foreach (var (field, value) in change.Present) message.Present.Add(ValueOf(field, value, text));
        return message;
    }

    static FieldChange FieldOf(LoggedField field, ShownText text)
    {
        var shown = new FieldChange { Field = field.Field, Cut = Math.Max(field.Cut, Math.Max(text.CutOf(field.Before), text.CutOf(field.After))) };
        if (field.Before is { } before) shown.Before = text.Of(before);
        if (field.After is { } after) shown.After = text.Of(after);
        return shown;
    }

    public static RecordValue ValueOf(string field, string? value, ShownText text)
    {
        var shown = new RecordValue { Field = field, Cut = text.CutOf(value) };
        if (value is not null) shown.Value = text.Of(value);
        return shown;
    }
}
