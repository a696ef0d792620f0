using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Notifier.Outbox;

/// <summary>How notices are kept.</summary>
static class OutboxJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
