using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>
/// Reads messages of the events' lane. What is no event is refused here, before a consumer and its retries, and goes to the error queue at
/// once. Headers are not read: anybody may publish, and none of them is to say where this service sends answers and faults.
/// </summary>
sealed class EventDeserializer : IMessageDeserializer, ISerializerFactory
{
    /// <summary>JSON from any language; also of messages that do not say what they are.</summary>
    public static readonly EventDeserializer Raw = new(SystemTextJsonRawMessageSerializer.JsonContentType, hasEnvelope: false);

    /// <summary>MassTransit's envelope.</summary>
    public static readonly EventDeserializer Envelope = new(SystemTextJsonMessageSerializer.JsonContentType, hasEnvelope: true);

    static readonly SystemTextJsonRawMessageSerializer Typed = new(RawSerializerOptions.AnyMessageType);
    static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);
    readonly bool _hasEnvelope;

    EventDeserializer(ContentType contentType, bool hasEnvelope)
    {
        ContentType = contentType;
        _hasEnvelope = hasEnvelope;
    }

    public ContentType ContentType { get; }

    public IMessageDeserializer CreateDeserializer() => this;

    public IMessageSerializer CreateSerializer() => Typed;

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        try
        {
            var read = EventReader.Read(body.GetBytes(), _hasEnvelope);
            return Typed.Deserialize(new BytesMessageBody(JsonSerializer.SerializeToUtf8Bytes(read, CamelCase)), EmptyHeaders.Instance, destinationAddress);
        }
        catch (MalformedEventException malformed)
        {
            EventTelemetry.Malformed(malformed.Field);
            throw;
        }
    }

    public MessageBody GetMessageBody(string text) => Typed.GetMessageBody(text);

    public void Probe(ProbeContext context) => Typed.Probe(context);
}
