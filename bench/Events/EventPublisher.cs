using System.Diagnostics;
using System.Globalization;

namespace Headgate.Bench.Events;

/// <summary>A Python program of another team, with one connection for all its events.</summary>
sealed class EventPublisher : IDisposable
{
    const string Python = "/usr/bin/python3";
    readonly Process _process;

    EventPublisher(Process process) => _process = process;

    /// <exception cref="BenchException">Python or pika is not there.</exception>
    public static async Task<EventPublisher> StartAsync(Uri amqp, CancellationToken cancellationToken)
    {
        await Processes.Tools.RunAsync(Python, ["-c", "import pika"], new Dictionary<string, string>(), cancellationToken);
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Events", "publish.py"), amqp.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new EventPublisher(Process.Start(start)!);
    }

    /// <summary>Publishes an event, with the broker's confirm.</summary>
    /// <returns>When it began to, in seconds since 1970.</returns>
    public async Task<double> PublishAsync(string id, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(id.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new BenchException("The publisher has ended.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
