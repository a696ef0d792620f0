using System.Text;
using Headgate.Contracts.Events;
using Headgate.Scheduler.Events.Receiving;
using MassTransit;
using MassTransit.Serialization;

namespace Headgate.UpstreamEvents.Tests;

public sealed class EventDeserializerTests
{
    const string Event = """{"type":"A","id":"1","time":"2026-03-01T16:51:00Z"}""";
    const string Elsewhere = "exchange:headgate.coordinator.starts";

    // Anybody may publish, and faults and answers would be sent by this service's rights.
    [Fact]
    public void Message_does_not_say_where_answers_and_faults_go()
    {
        var headers = new DictionarySendHeaders();
        foreach (var name in (string[])[MessageHeaders.ResponseAddress, MessageHeaders.FaultAddress, "MT-Response-Address", "MT-Fault-Address"])
            headers.Set(name, Elsewhere);
        var envelope = $$"""
            {"messageType":["urn:message:Headgate.Contracts.Events:UpstreamEvent"],"responseAddress":"{{Elsewhere}}",
             "faultAddress":"{{Elsewhere}}","message":{{Event}}}
            """;
        foreach (var read in new[] { EventDeserializer.Raw.Deserialize(Body(Event), headers), EventDeserializer.Envelope.Deserialize(Body(envelope), headers) })
        {
            Assert.Null(read.ResponseAddress);
            Assert.Null(read.FaultAddress);
            Assert.True(read.TryGetMessage<UpstreamEvent>(out var message));
            Assert.Equal("1", message!.Id);
        }
    }

    static BytesMessageBody Body(string text) => new(Encoding.UTF8.GetBytes(text));
}
