using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

public sealed class CompressionTests
{
    [Fact]
    public async Task Responses_are_compressed_where_it_was_asked_for()
    {
        await using var server = await ProbeServer.StartAsync(grpc: options => options.ResponseCompressionAlgorithm = "gzip");
        using var request = new GrpcRequest(server, "Echo", new EchoRequest { Padding = 100_000 });
        var compressed = await request.SendAsync(("grpc-accept-encoding", "identity, gzip"));
        Assert.Equal("gzip", compressed.Headers["grpc-encoding"]);
        Assert.InRange(compressed.Body.Length, 10, 10_000);
        Assert.Equal(100_000, (await server.Client.EchoAsync(new EchoRequest { Padding = 100_000 })).Padding.Length);
        Assert.InRange((await request.SendAsync()).Body.Length, 100_000, 110_000);
    }
}
