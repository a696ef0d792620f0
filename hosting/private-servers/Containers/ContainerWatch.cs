using System.Diagnostics;

namespace Headgate.PrivateServers.Containers;

/// <summary>
/// A small process that removes a container once the process that started it, or the client that holds it, is gone. The client passes
/// the parent-death signal on, but a container whose first process does not heed it, or whose client was killed, would stay.
/// </summary>
internal static class ContainerWatch
{
    // A server that heeds the signal has five seconds to end cleanly.
    private const string Script = """
        exec </dev/null >/dev/null 2>&1
        while kill -0 "$1" && kill -0 "$2"; do sleep 0.5; done
        attempt=0
        while kill -0 "$2" && [ "$attempt" -lt 10 ]; do
            attempt=$((attempt + 1))
            sleep 0.5
        done
        docker rm --force --volumes "$3"
        """;

    public static async Task StartAsync(string container, int client)
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "headgate-container-watch", $"{Environment.ProcessId}", $"{client}", container])
        {
            WorkingDirectory = "/",
        };
        using var process = await Processes.Spawner.StartAsync(start);
    }
}
