using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Scheduler.State;

/// <summary>How schedules and triggers are stored.</summary>
static class SchedulerJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
