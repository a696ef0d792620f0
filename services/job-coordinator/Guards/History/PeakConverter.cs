using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>As an array of two: a table with a hundred fields has some hundreds of them, and they are written when a job completes.</summary>
sealed class PeakConverter : JsonConverter<Peak>
{
    // What a guard says of a share has one digit of a percent.
    const int Digits = 4;

    public override Peak Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var job = reader.GetInt64();
        reader.Read();
        var share = reader.GetDouble();
        reader.Read();
        return new Peak(job, share);
    }

    public override void Write(Utf8JsonWriter writer, Peak value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Job);
        writer.WriteNumberValue(Math.Round(value.Share, Digits));
        writer.WriteEndArray();
    }
}
