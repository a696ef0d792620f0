using System.Net;
using System.Net.Sockets;

namespace Headgate.Cli.Tests.Running;

/// <summary>Relays connections to an address, until it falls silent: then it keeps them open and lets nothing through; later ones it relays.</summary>
sealed class SilentRelay : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly Uri _target;
    readonly Task _accepting;
    CancellationTokenSource _silence = new();

    public SilentRelay(string target)
    {
        _target = new Uri(target);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public void FallSilent() => Interlocked.Exchange(ref _silence, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
    }

    async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true) relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_end.Token), _silence.Token));
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            await Task.WhenAll(relays);
        }
    }

    async Task RelayAsync(TcpClient client, CancellationToken silence)
    {
        using var accepted = client;
        using var server = new TcpClient();
        await server.ConnectAsync(_target.Host, _target.Port, _end.Token);
        await Task.WhenAll(CopyAsync(client, server, silence), CopyAsync(server, client, silence)).WaitAsync(_end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    async Task CopyAsync(TcpClient from, TcpClient to, CancellationToken silence)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), silence);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (OperationCanceledException)
        {
            await Task.Delay(Timeout.Infinite, _end.Token);
        }
    }
}
