using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Tests.Installations;

/// <summary>
/// The way to a server. It can hang in the middle of what it passes: connections that are there then stay open and nothing gets through
/// any more, not even that an end has closed; as where a firewall has forgotten them. New ones work, or hang too, as where it drops all.
/// </summary>
public sealed class Network : IAsyncDisposable
{
    readonly TcpListener _listener;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<int, bool> _ports = new();
    volatile int _server;
    volatile Line _line = new();
    long _untilHung = long.MaxValue;
    bool _countsToServer;
    bool _dropsAll;

    /// <param name="server">The server's port on this machine's loopback.</param>
    /// <param name="at">Where it is entered; null: on the loopback too.</param>
    public Network(int server, IPAddress? at = null)
    {
        _server = server;
        _listener = new TcpListener(at ?? IPAddress.Loopback, 0);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it leads; another one from now on.</summary>
    public void LeadTo(int server) => _server = server;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>By which ports the server knows those that are connected this way.</summary>
    public ICollection<int> ClientPorts => _ports.Keys;

    /// <summary>Hangs once so many more bytes have been passed to the server, or from it.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="toServer">Whether those to the server are counted.</param>
    /// <param name="dropsAll">Whether connections that come afterwards hang too.</param>
    /// <returns>When it hangs: what lets all go on that hang.</returns>
    public Task<Action> HangAfterAsync(long bytes, bool toServer, bool dropsAll = false)
    {
        (_countsToServer, _dropsAll) = (toServer, dropsAll);
        Interlocked.Exchange(ref _untilHung, bytes);
        return _line.Hung.Task;
    }

    /// <summary>Hangs from now on, and so does what comes afterwards.</summary>
    /// <returns>What lets all go on.</returns>
    public Action Cut()
    {
        _dropsAll = true;
        return Hang();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), _line);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    async Task ServeAsync(TcpClient client, Line line)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
                var (near, far) = (client.GetStream(), server.GetStream());
                var port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
                _ports[port] = true;
                await Task.WhenAny(PassAsync(near, far, line, toServer: true), PassAsync(far, near, line, toServer: false));
                _ports.TryRemove(port, out _);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The server is away, which the client sees by the end of its connection.
            }
        }
    }

    async Task PassAsync(NetworkStream from, NetworkStream to, Line line, bool toServer)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await ReadAsync(from, buffer);
                if (toServer == _countsToServer && Interlocked.Add(ref _untilHung, -read) <= 0) Hang();
                if (line.Hung.Task.IsCompleted) await line.Freed.Task.WaitAsync(_stop.Token);
                if (read == 0) return;
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The other end has gone, or the test is over.
        }
    }

    async Task<int> ReadAsync(NetworkStream from, byte[] buffer)
    {
        try
        {
            return await from.ReadAsync(buffer, _stop.Token);
        }
        catch (IOException)
        {
            // Reset, which is an end like another.
            return 0;
        }
    }

    Action Hang()
    {
        Interlocked.Exchange(ref _untilHung, long.MaxValue);
        var line = _dropsAll ? _line : Interlocked.Exchange(ref _line, new Line());
        line.Hung.TrySetResult(GoOn);
        return GoOn;

        void GoOn()
        {
            if (_dropsAll) _line = new Line();
            line.Freed.TrySetResult();
        }
    }

    sealed class Line
    {
        public TaskCompletionSource<Action> Hung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Freed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
