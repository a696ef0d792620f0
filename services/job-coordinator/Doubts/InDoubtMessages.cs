using Google.Protobuf.WellKnownTypes;
using Headgate.Connectors.Doubts;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Doubts;

/// <summary>Records in doubt as the calls show them.</summary>
static class InDoubtMessages
{
    /// <param name="record">As the destination's ledger has it.</param>
    /// <param name="name">Its object, as the pipeline file names it.</param>
    public static V1.InDoubtRecord Of(DoubtRecord record, string name) => new()
    {
        Object = name,
        Key = new V1.RecordKey { Values = { record.Key.ToDictionary(StringComparer.Ordinal) } },
        Record = { record.Fields.Select(Value) },
        Attempt = record.Attempt,
        RequestKey = record.RequestKey,
        Sent = Timestamp.FromDateTimeOffset(record.SentAt),
        State = Enum.Parse<V1.DoubtState>(record.State.ToString()),
        Resolved = record.ResolvedAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
    };

    static V1.RecordValue Value(KeyValuePair<string, string?> field)
    {
        var value = new V1.RecordValue { Field = field.Key };
        if (field.Value is { } text) value.Value = text;
        return value;
    }
}
