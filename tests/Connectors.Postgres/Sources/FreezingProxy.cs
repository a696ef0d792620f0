using System.Net;
using System.Net.Sockets;

namespace Headgate.Connectors.Postgres.Tests.Sources;

/// <summary>Passes bytes to a server until it is frozen; then connections stay open and nothing moves, as on a broken network.</summary>
sealed class FreezingProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly string _host;
    readonly int _port;
    volatile int _taken;
    volatile int _frozen;

    public FreezingProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Freeze() => _frozen = int.MaxValue;

    /// <summary>Only the connections that are there; later ones pass.</summary>
    public void FreezeOpen() => _frozen = _taken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), ++_taken);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    async Task ServeAsync(TcpClient client, int no)
    {
        using (client)
        {
            using var server = new Socket(_host.StartsWith('/') ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified);
            if (_host.StartsWith('/')) await server.ConnectAsync(new UnixDomainSocketEndPoint($"{_host}/.s.PGSQL.{_port}"));
            else await server.ConnectAsync(_host, _port);
            await using var stream = new NetworkStream(server);
            await Task.WhenAny(PassAsync(client.GetStream(), stream, no), PassAsync(stream, client.GetStream(), no));
        }
    }

    async Task PassAsync(Stream from, Stream to, int no)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, _stop.Token)) > 0;)
            {
                if (no <= _frozen) await Task.Delay(Timeout.Infinite, _stop.Token);
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One of the two has gone.
        }
    }
}
