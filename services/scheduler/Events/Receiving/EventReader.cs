using System.Text.Json;
using Headgate.Contracts.Events;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>Reads an event out of a message's body, by the rules that docs/events.md has. Fields that it does not know are let be.</summary>
static class EventReader
{
    const int MostBytes = 64 * 1024;
    const int Longest = 200;
    const string Body = "body";

    // MassTransit's name of the contract, which a namespace move would break.
    const string Urn = "urn:message:Headgate.Contracts.Events:UpstreamEvent";

    /// <param name="body">As it was received.</param>
    /// <param name="hasEnvelope">Whether it is MassTransit's envelope, in which the event is a field.</param>
    /// <exception cref="MalformedEventException">It is no event.</exception>
    public static UpstreamEvent Read(ReadOnlyMemory<byte> body, bool hasEnvelope)
    {
        if (body.Length > MostBytes) throw new MalformedEventException(Body, $"expected at most {MostBytes} bytes");
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(hasEnvelope ? Unwrap(document.RootElement) : document.RootElement);
        }
        catch (JsonException)
        {
            throw new MalformedEventException(Body, "expected a JSON object in UTF-8");
        }
    }

    static JsonElement Unwrap(JsonElement envelope)
    {
        if (envelope.ValueKind != JsonValueKind.Object) throw new MalformedEventException(Body, "expected MassTransit's envelope, a JSON object");
        var isEvent = envelope.TryGetProperty("messageType", out var types) && types.ValueKind == JsonValueKind.Array
            && types.EnumerateArray().Any(type => type.ValueKind == JsonValueKind.String && type.ValueEquals(Urn));
        if (!isEvent) throw new MalformedEventException("messageType", $"expected {Urn}");
        return envelope.TryGetProperty("message", out var message) ? message : throw new MalformedEventException("message", "it is missing");
    }

    static UpstreamEvent Read(JsonElement fields)
    {
        if (fields.ValueKind != JsonValueKind.Object) throw new MalformedEventException(Body, "expected a JSON object");
        return new UpstreamEvent
        {
            Type = Text(fields, "type") ?? throw Missing("type"),
            Subject = Text(fields, "subject"),
            Id = Text(fields, "id") ?? throw Missing("id"),
            Time = Time(fields),
        };
    }

    // Null is as good as left out, as some languages write it.
    static string? Text(JsonElement fields, string name)
    {
        if (!fields.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind != JsonValueKind.String) throw new MalformedEventException(name, "expected a string");
        var text = Unescape(name, value);
        if (text.Length > Longest) throw new MalformedEventException(name, $"expected at most {Longest} characters");
        if (string.IsNullOrWhiteSpace(text)) throw new MalformedEventException(name, "expected at least one character that is no white space");
        return text.Any(char.IsControl) ? throw new MalformedEventException(name, "expected no control characters") : text;
    }

    static string Unescape(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // JSON can write half of a character, which no text can hold.
            throw new MalformedEventException(name, "expected whole characters, and no half of a surrogate pair");
        }
    }

    static DateTimeOffset Time(JsonElement fields)
    {
        const string name = "time";
        if (!fields.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) throw Missing(name);
        // Dates alone, and times of no zone, are ISO 8601 too: nobody could say which moment they mean.
        var isMoment = value.ValueKind == JsonValueKind.String && HasZone(Unescape(name, value)) && value.TryGetDateTimeOffset(out _);
        return isMoment
            ? value.GetDateTimeOffset().ToUniversalTime()
            : throw new MalformedEventException(name, "expected a string with date, time and zone as RFC 3339 has them, for example 2026-03-01T16:51:00Z");
    }

    static bool HasZone(string text) => text.Length >= "2026-03-01T16:51:00Z".Length && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-');

    static MalformedEventException Missing(string field) => new(field, "it is missing");
}
