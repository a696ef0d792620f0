using System.Text;
using System.Text.Json.Nodes;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Calls;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Requests that a server has to refuse, or to answer, but never to fail at.</summary>
sealed class Attacks(ProbeServer server) : IDisposable
{
    static readonly string[] Methods = ["Echo", "Sum", "Chat", "Nothing"];
    static readonly string[] Timeouts = ["1S", "0n", "99999999H", "1x", "", "-1S", "999999999S"];
    static readonly string[] Encodings = ["gzip", "identity", "br", "", "gzip,gzip"];
    static readonly string[] ContentTypes =
        ["application/grpc", "application/grpc+proto", "application/grpc+json", "application/json", "application/connect+json", "application/connect+proto", "text/plain", "x"];

    static readonly string?[] GrpcStatuses = ["0", "2", "4", "8", "12", "13"];
    static readonly int[] PostStatuses = [200, 400, 404, 429];
    static readonly int[] GetStatuses = [200, 400, 429, 500, 501];

    readonly RawAttacks raw = new(server.Address);
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(15) };

    public Task SendAsync(Random random) => random.Next(8) switch
    {
        0 => raw.RandomBytesAsync(random),
        1 => raw.Http2FramesAsync(random),
        2 => raw.CutRequestAsync(random),
        3 => GetAsync(random),
        4 => JsonAsync(random),
        _ => FramesAsync(random),
    };

    public void Dispose() => http.Dispose();

    static byte[] Body(Random random)
    {
        var frame = GrpcRequest.FrameOf(new EchoRequest { Text = new string('x', random.Next(50)), Number = random.NextInt64() }, (byte)(random.Next(3) == 0 ? random.Next(256) : 0));
        var body = new List<byte>(frame);
        for (var damage = random.Next(4); damage > 0; damage--)
        {
            switch (random.Next(5))
            {
                case 0: body.RemoveRange(random.Next(body.Count), 0); body.AddRange(frame); break;
                case 1: if (body.Count > 0) body.RemoveRange(random.Next(body.Count), 1); break;
                case 2: if (body.Count > 0) body[random.Next(body.Count)] = (byte)random.Next(256); break;
                case 3: body.Insert(random.Next(body.Count + 1), (byte)random.Next(256)); break;
                default: if (body.Count > 1) body.RemoveRange(body.Count / 2, body.Count - (body.Count / 2)); break;
            }
        }

        return [.. body];
    }

    static string Json(Random random)
    {
        var depth = random.Next(1, 2000);
        var text = random.Next(6) switch
        {
            0 => string.Concat(Enumerable.Repeat("""{"inner":""", depth)) + "{}" + new string('}', depth),
            1 => new string('[', depth) + new string(']', depth),
            2 => """{"text":"\ud800","number":1e400}""",
            3 => """{"any":{"@type":"type.googleapis.com/headgate.rpc.testing.v1.EchoRequest","any":{"@type":""}}}""",
            4 => new JsonObject { ["text"] = new string((char)random.Next(1, 0xd7ff), random.Next(100)), ["number"] = random.NextInt64() }.ToJsonString(),
            _ => """{"text":"a","number":"12","parts":[{"size":1},{}],"mode":"ECHO_MODE_LOUD","pause":"1.5s","sizes":{"a":1}}""",
        };
        return random.Next(3) > 0 ? text : text.Remove(random.Next(text.Length)) + (char)random.Next(32, 0x3000);
    }

    async Task FramesAsync(Random random)
    {
        var contentType = random.Next(3) > 0 ? "application/grpc" : ContentTypes[random.Next(ContentTypes.Length)];
        using var request = new GrpcRequest(server, Methods[random.Next(Methods.Length)], Body(random)) { ContentType = contentType };
        var headers = new List<(string, string)>();
        if (random.Next(3) == 0) headers.Add(("grpc-timeout", Timeouts[random.Next(Timeouts.Length)]));
        if (random.Next(3) == 0) headers.Add(("grpc-encoding", Encodings[random.Next(Encodings.Length)]));
        if (random.Next(3) == 0) headers.Add(("connect-timeout-ms", Timeouts[random.Next(Timeouts.Length)]));
        if (random.Next(4) == 0) headers.Add(("x-any-bin", Convert.ToBase64String([.. Enumerable.Range(0, random.Next(9)).Select(_ => (byte)random.Next(256))])[random.Next(1)..]));
        if (random.Next(4) == 0) headers.Add(("x-long", new string('y', random.Next(10_000))));
        var response = await request.SendAsync([.. headers]);
        if (contentType != "application/grpc") return;
        Assert.Equal(200, response.HttpStatus);
        // UNKNOWN is what gRPC says of a message that it cannot read; what is logged tells that it is nothing else.
        Assert.Contains(response.Status, GrpcStatuses);
    }

    async Task JsonAsync(Random random)
    {
        using var content = new StringContent(Json(random), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(Uri(random.Next(4) == 0 ? "Nothing" : "Echo"), content);
        Assert.Contains((int)response.StatusCode, PostStatuses);
        Assert.IsType<JsonObject>(JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }

    async Task GetAsync(Random random)
    {
        var message = random.Next(2) == 0 ? Json(random) : Convert.ToBase64String(Body(random));
        if (message.Length > 2000) message = message[..2000];
        if (char.IsHighSurrogate(message[^1])) message = message[..^1];
        var query = $"?message={System.Uri.EscapeDataString(message)}&encoding={(random.Next(2) == 0 ? "json" : "proto")}&base64={random.Next(2)}&compression={Encodings[random.Next(4)]}";
        using var response = await http.GetAsync(Uri("Echo") + query);
        Assert.Contains((int)response.StatusCode, GetStatuses);
    }

    string Uri(string method) => $"{server.Address}{ProbeReflection.Descriptor.Services[0].FullName}/{method}";
}
