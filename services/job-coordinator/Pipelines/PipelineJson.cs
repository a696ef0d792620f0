using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>How pipelines are stored.</summary>
static class PipelineJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
