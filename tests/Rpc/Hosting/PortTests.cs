using System.Net;
using System.Net.Sockets;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Hosting;

public sealed class PortTests(SharedServer shared) : IClassFixture<SharedServer>
{
    readonly ProbeServer server = shared.Server;

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_http_are_served_on_one_port(string version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/plain") { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal("plain", await response.Content.ReadAsStringAsync());
        Assert.Equal(new Version(version), response.Version);
    }

    [Theory]
    [InlineData("POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "HTTP/1.1 405")]
    [InlineData("PRIX / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("P", "")]
    public async Task Beginning_is_told_byte_by_byte(string request, string expected)
    {
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await using var stream = socket.GetStream();
        foreach (var octet in request) await stream.WriteAsync(new[] { (byte)octet });
        if (expected.Length == 0) socket.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        Assert.StartsWith(expected, await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_does_not_wait_for_connections_that_sent_nothing()
    {
        await using var other = await ProbeServer.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, other.Address.Port);
        await other.Client.EchoAsync(new EchoRequest());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await other.StopAsync(patience.Token);
        Assert.False(patience.IsCancellationRequested);
    }
}
