using Google.Protobuf.WellKnownTypes;
using Headgate.Connectors.Rejects;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading.Rejects;

/// <summary>Rejected records as the calls show them.</summary>
static class RejectedMessages
{
    /// <param name="reject">As the destination has it.</param>
    /// <param name="name">Its object, as the job names it.</param>
    public static V1.RejectedRecord Of(LoggedReject reject, string name)
    {
        var message = new V1.RejectedRecord
        {
            Object = name,
            Record = { reject.Record.Select(Value) },
            Attempt = reject.Attempt,
            SqlState = reject.SqlState ?? "",
            Constraint = reject.Constraint ?? "",
            Column = reject.Column ?? "",
            Sentence = reject.Sentence,
            Waiting = reject.Waiting,
            Rejected = Timestamp.FromDateTimeOffset(reject.At),
        };
        if (reject.Key is { } key)
        {
            message.Key = new V1.RecordKey();
            foreach (var (field, value) in key) message.Key.Values.Add(field, value ?? "");
        }

        if (reject.Conflict is { } conflict)
        {
            message.Conflict = new V1.Conflict
            {
                Kind = Enum.Parse<V1.ConflictKind>(conflict.Kind, ignoreCase: true),
                Fields = { conflict.Fields.Select(Conflicting) },
            };
        }

        return message;
    }

    static V1.RecordValue Value(KeyValuePair<string, string?> field)
    {
        var value = new V1.RecordValue { Field = field.Key };
        if (field.Value is { } text) value.Value = text;
        return value;
    }

    static V1.FieldConflict Conflicting(ConflictingField field)
    {
        var message = new V1.FieldConflict { Field = field.Name };
        if (field.Before is { } before) message.Before = before;
        if (field.Written is { } written) message.Written = written;
        if (field.Now is { } now) message.Now = now;
        return message;
    }
}
