using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.IngestWorker.State;

/// <summary>Plans, ranges and definitions as they are kept in jsonb columns.</summary>
static class StoredJson
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
