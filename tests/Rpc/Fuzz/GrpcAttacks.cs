using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Calls;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Frames that are damaged, of a wrong type or too large, under headers that do not fit.</summary>
sealed class GrpcAttacks(ProbeServer server)
{
    static readonly string[] Methods = ["Echo", "Sum", "Chat", "Nothing"];
    static readonly string[] Timeouts = ["1S", "0n", "99999999H", "1x", "", "-1S", "999999999S"];
    static readonly string[] Encodings = ["gzip", "identity", "br", "", "gzip,gzip"];
    static readonly string[] ContentTypes =
        ["application/grpc", "application/grpc+proto", "application/grpc+json", "application/json", "application/connect+json", "application/connect+proto", "text/plain", "x"];

    static readonly string?[] Statuses = ["0", "2", "4", "8", "12", "13"];
    static readonly int[] HttpStatuses = [200, 400, 404, 415, 429, 501, 504];

    /// <summary>A frame, and what may have happened to it on the way.</summary>
    public static byte[] Body(Random random)
    {
        var frame = GrpcRequest.FrameOf(new EchoRequest { Text = new string('x', random.Next(50)), Number = random.NextInt64() }, (byte)(random.Next(3) == 0 ? random.Next(256) : 0));
        var body = new List<byte>(frame);
        for (var damage = random.Next(4); damage > 0; damage--)
        {
            switch (random.Next(5))
            {
                case 0: body.InsertRange(random.Next(body.Count + 1), frame); break;
                case 1: if (body.Count > 0) body.RemoveAt(random.Next(body.Count)); break;
                case 2: if (body.Count > 0) body[random.Next(body.Count)] = (byte)random.Next(256); break;
                case 3: body.Insert(random.Next(body.Count + 1), (byte)random.Next(256)); break;
                default: if (body.Count > 1) body.RemoveRange(body.Count / 2, body.Count - (body.Count / 2)); break;
            }
        }

        return [.. body];
    }

    public async Task FramesAsync(Random random)
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
        Answers.AssertTellsNothing(response.Message ?? "");
        Assert.Contains(response.HttpStatus, HttpStatuses);
        if (contentType != "application/grpc") return;
        Assert.Equal(200, response.HttpStatus);
        // UNKNOWN is what gRPC says of a message that it cannot read; what is logged tells that it is nothing else.
        Assert.Contains(response.Status, Statuses);
    }

    public async Task BombAsync(Random random)
    {
        using var request = new GrpcRequest(server, random.Next(2) == 0 ? "Echo" : "Sum", GrpcRequest.FrameOf(Bombs.Proto, flags: 1));
        Assert.Equal("8", (await request.SendAsync(("grpc-encoding", "gzip"))).Status);
    }

    public async Task FaultAsync()
    {
        using var request = new GrpcRequest(server, "Fail", new FailRequest { Kind = "unmapped", Message = Answers.Secret });
        var response = await request.SendAsync();
        Assert.Equal("2", response.Status);
        Answers.AssertTellsNothing(response.Message!);
    }
}
