using System.Diagnostics;

namespace Headgate.PrivateServers.Processes;

/// <summary>A small process that deletes directories once the process that started it is gone, however that one ended.</summary>
internal static class Janitor
{
    // The servers die by their parent-death signal at the same time: deleting is tried again while they still write.
    private const string Script = """
        exec </dev/null >/dev/null 2>&1
        tail --pid="$1" -f /dev/null
        shift
        attempt=0
        while [ "$attempt" -lt 50 ]; do
            rm -rf -- "$@" && exit 0
            attempt=$((attempt + 1))
            sleep 0.2
        done
        """;

    public static async Task<ProcessIdentity?> StartAsync(params IReadOnlyList<string> directories)
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "headgate-janitor", $"{Environment.ProcessId}", .. directories])
        {
            WorkingDirectory = "/",
        };
        using var process = await Spawner.StartAsync(start);
        return ProcessIdentity.Of(process.Id);
    }
}
