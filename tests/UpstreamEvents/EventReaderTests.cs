using System.Text;
using Headgate.Scheduler.Events.Receiving;

namespace Headgate.UpstreamEvents.Tests;

public sealed class EventReaderTests
{
    [Fact]
    public void Fields_are_read_and_those_that_are_not_known_let_be()
    {
        var read = Read("""{"type":"BackupCompleted","subject":"crm-db","id":"e-1","time":"2026-03-01T17:51:00.25+01:00","size":5,"labels":{"a":[1]}}""");
        Assert.Equal(("BackupCompleted", "crm-db", "e-1"), (read.Type, read.Subject, read.Id));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 16, 51, 0, 250, TimeSpan.Zero), read.Time);
        Assert.Equal(TimeSpan.Zero, read.Time.Offset);
    }

    [Theory]
    [InlineData("""{"type":"A","id":"1","time":"2026-03-01T16:51:00Z"}""")]
    [InlineData("""{"type":"A","subject":null,"id":"1","time":"2026-03-01T16:51:00Z"}""")]
    public void Subject_may_be_left_out(string body) => Assert.Null(Read(body).Subject);

    [Theory]
    [InlineData("", "body")]
    [InlineData("BackupCompleted", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("\"text\"", "body")]
    [InlineData("{\"type\":\"A\"", "body")]
    [InlineData("""{"subject":"s","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":5,"id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":"","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":" ","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":"a\u0000b","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":"a\ud800","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"Type":"A","id":"1","time":"2026-03-01T16:51:00Z"}""", "type")]
    [InlineData("""{"type":"A","subject":"","id":"1","time":"2026-03-01T16:51:00Z"}""", "subject")]
    [InlineData("""{"type":"A","subject":["s"],"id":"1","time":"2026-03-01T16:51:00Z"}""", "subject")]
    [InlineData("""{"type":"A","time":"2026-03-01T16:51:00Z"}""", "id")]
    [InlineData("""{"type":"A","id":17,"time":"2026-03-01T16:51:00Z"}""", "id")]
    [InlineData("""{"type":"A","id":"1"}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":null}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":1772383860}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":"yesterday"}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":"2026-03-01"}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":"2026-03-01T16:51:00.000"}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":"2026-02-30T16:51:00Z"}""", "time")]
    [InlineData("""{"type":"A","id":"1","time":"\ud800\ud800\ud800\ud800\ud800\ud800"}""", "time")]
    public void What_is_no_event_is_told_by_field(string body, string field) => Assert.Equal(field, Refused(body).Field);

    [Theory]
    [InlineData("type")]
    [InlineData("subject")]
    [InlineData("id")]
    public void Texts_have_200_characters_at_most(string field)
    {
        var fields = new Dictionary<string, string> { ["type"] = "A", ["subject"] = "s", ["id"] = "1", ["time"] = "2026-03-01T16:51:00Z" };
        fields[field] = new string('x', 200);
        Read(Json(fields));
        fields[field] += "x";
        Assert.Equal(field, Refused(Json(fields)).Field);
    }

    [Fact]
    public void Body_of_more_than_64_KiB_is_refused()
    {
        var padding = new string('x', 64 * 1024);
        Assert.Equal("body", Refused($$"""{"type":"A","id":"1","time":"2026-03-01T16:51:00Z","more":"{{padding}}"}""").Field);
    }

    [Fact]
    public void What_was_wrong_is_not_repeated()
    {
        var refused = Refused("""{"type":"A","id":"1","time":"hunter2"}""");
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"messageType":["urn:message:Headgate.Contracts.Jobs:JobStarted"],"message":{"type":"A","id":"1","time":"2026-03-01T16:51:00Z"}}""", "messageType")]
    [InlineData("""{"message":{"type":"A","id":"1","time":"2026-03-01T16:51:00Z"}}""", "messageType")]
    [InlineData("""{"messageType":["urn:message:Headgate.Contracts.Events:UpstreamEvent"]}""", "message")]
    [InlineData("""{"messageType":["urn:message:Headgate.Contracts.Events:UpstreamEvent"],"message":{"type":"A","time":"2026-03-01T16:51:00Z"}}""", "id")]
    [InlineData("[]", "body")]
    public void Envelope_is_told_by_field_too(string body, string field) =>
        Assert.Equal(field, Assert.Throws<MalformedEventException>(() => EventReader.Read(Encoding.UTF8.GetBytes(body), hasEnvelope: true)).Field);

    static Contracts.Events.UpstreamEvent Read(string body) => EventReader.Read(Encoding.UTF8.GetBytes(body), hasEnvelope: false);

    static MalformedEventException Refused(string body) => Assert.Throws<MalformedEventException>(() => Read(body));

    static string Json(Dictionary<string, string> fields) => System.Text.Json.JsonSerializer.Serialize(fields);
}
