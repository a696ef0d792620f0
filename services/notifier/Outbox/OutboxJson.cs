using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Notifier.Outbox;

/// <summary>How notices are kept.</summary>
static class OutboxJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // Never by number: one that nobody knows would pass for a name that is there.
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
