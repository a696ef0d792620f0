using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Headgate.Rpc.Connect;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Calls;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>JSON that is broken, too deep, of wrong types or too large, in bodies and queries.</summary>
sealed class ConnectAttacks(ProbeServer server) : IDisposable
{
    const int Levels = 64;

    static readonly int[] PostStatuses = [200, 400, 404];
    static readonly int[] GetStatuses = [200, 400, 429, 500, 501];
    static readonly string[] Encodings = ["gzip", "identity", "br", ""];
    static readonly string[] Fields = ["text", "number", "padding", "parts", "mode", "pause", "sizes", "any", "inner", "no_such"];
    static readonly string[] Values = ["null", "true", "-1", "1e400", "\"a\"", "\"\\ud800\"", "[]", "[null]", "{}", "{\"a\":1}", "{\"@type\":\"x\"}", "\"9223372036854775808\""];

    readonly HttpClient http = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(15) };

    public void Dispose() => http.Dispose();

    public async Task JsonAsync(Random random)
    {
        var (status, answer) = await PostAsync(random.Next(4) == 0 ? "Nothing" : "Echo", Json(random));
        Assert.Contains(status, PostStatuses);
        Assert.IsType<JsonObject>(answer);
    }

    public async Task DeepJsonAsync(Random random)
    {
        var depth = random.Next(Levels + 2, random.Next(20) == 0 ? 100_000 : 2000);
        var (open, close) = random.Next(2) == 0 ? ("""{"inner":""", '}') : ("[", ']');
        var (status, answer) = await PostAsync("Echo", string.Concat(Enumerable.Repeat(open, depth)) + "{}" + new string(close, depth));
        Assert.Equal((400, "invalid_argument"), (status, (string?)answer["code"]));
    }

    public async Task BombAsync(Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                var (status, answer) = await PostAsync("Echo", Bombs.Json, isGzip: true);
                Assert.Equal((429, "resource_exhausted"), (status, (string?)answer["code"]));
                break;
            case 1:
                using (var response = await http.GetAsync($"{Uri("Echo")}?encoding=json&base64=1&compression=gzip&message={System.Uri.EscapeDataString(Convert.ToBase64String(Bombs.Json))}"))
                    Assert.Equal(429, (int)response.StatusCode);
                break;
            default:
                using (var stream = new GrpcRequest(server, "Sum", GrpcRequest.FrameOf(Bombs.Json, flags: 1)) { ContentType = "application/connect+json" })
                    Assert.Equal("resource_exhausted", CodeOfEnd((await stream.SendAsync(("connect-content-encoding", "gzip"))).Body));
                break;
        }
    }

    public async Task FaultAsync()
    {
        var (status, answer) = await PostAsync("Fail", new JsonObject { ["kind"] = "unmapped", ["message"] = Answers.Secret }.ToJsonString());
        Assert.Equal((500, "unknown"), (status, (string?)answer["code"]));
    }

    public async Task GetAsync(Random random)
    {
        var message = random.Next(2) == 0 ? Json(random) : Convert.ToBase64String(GrpcAttacks.Body(random));
        if (message.Length > 2000) message = message[..2000];
        if (message.Length > 0 && char.IsHighSurrogate(message[^1])) message = message[..^1];
        var query = $"?message={System.Uri.EscapeDataString(message)}&encoding={(random.Next(2) == 0 ? "json" : "proto")}&base64={random.Next(2)}&compression={Encodings[random.Next(4)]}";
        using var response = await http.GetAsync(Uri("Echo") + query);
        Assert.Contains((int)response.StatusCode, GetStatuses);
        Answers.AssertTellsNothing(await response.Content.ReadAsStringAsync());
    }

    static string Json(Random random)
    {
        var text = random.Next(4) switch
        {
            0 => "{" + string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ => $"\"{Fields[random.Next(Fields.Length)]}\":{Values[random.Next(Values.Length)]}")) + "}",
            1 => """{"any":{"@type":"type.googleapis.com/headgate.rpc.testing.v1.EchoRequest","any":{"@type":""}}}""",
            2 => new JsonObject { ["text"] = new string((char)random.Next(1, 0xd7ff), random.Next(100)), ["number"] = random.NextInt64() }.ToJsonString(),
            _ => """{"text":"a","number":"12","parts":[{"size":1},{}],"mode":"ECHO_MODE_LOUD","pause":"1.5s","sizes":{"a":1}}""",
        };
        return random.Next(3) > 0 ? text : text.Remove(random.Next(text.Length)) + (char)random.Next(32, 0x3000);
    }

    static string? CodeOfEnd(byte[] body)
    {
        var frames = new ReadOnlySequence<byte>(body);
        while (Frame.TryRead(ref frames, null, out var frame))
        {
            if (frame.Flags == ConnectStream.EndStream) return (string?)JsonNode.Parse(frame.Payload.ToArray())!["error"]?["code"];
        }

        return null;
    }

    static string Uri(string method) => $"/{ProbeReflection.Descriptor.Services[0].FullName}/{method}";

    Task<(int Status, JsonNode Answer)> PostAsync(string method, string json) => PostAsync(method, Encoding.UTF8.GetBytes(json), isGzip: false);

    async Task<(int Status, JsonNode Answer)> PostAsync(string method, byte[] body, bool isGzip)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        if (isGzip) content.Headers.ContentEncoding.Add("gzip");
        using var response = await http.PostAsync(Uri(method), content);
        var answer = await response.Content.ReadAsStringAsync();
        Answers.AssertTellsNothing(answer);
        return ((int)response.StatusCode, JsonNode.Parse(answer)!);
    }
}
