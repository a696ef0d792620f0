using System.Diagnostics;
using System.Net.Sockets;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Hosting.Bus;

/// <summary>
/// Ends a process whose bus stays out of order though its broker can be reached. Connections that are cut again while the bus is still
/// coming back from the last cut can leave it waiting for good, and a process that hears nothing looks alive: one that is gone is
/// started again by its supervisor, and being killed at any point is what everything here is made for.
/// </summary>
sealed partial class BusWatch(IBusControl bus, Uri broker, TimeSpan patience, TimeProvider time, ILogger<BusWatch> log)
    : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        long? since = null;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // While the broker is away there is nothing to be mended here.
                var isAmiss = bus.CheckHealth().Status != BusHealthStatus.Healthy && await CanBeReachedAsync(stoppingToken);
                since = isAmiss ? since ?? time.GetTimestamp() : null;
                if (since is { } began && time.GetElapsedTime(began) > patience) End();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    async Task<bool> CanBeReachedAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(ConnectPatience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(broker.Host, broker.IsDefaultPort || broker.Port < 0 ? 5672 : broker.Port, stop.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // Not by stopping in order: that would wait for the very bus that does not answer.
    void End()
    {
        LogEnding(bus.CheckHealth().Description);
        // The log is written by a thread of its own, which is not waited for.
        Console.Error.WriteLine("headgate: the bus does not come back though its broker can be reached; the process ends to be started again");
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
