using System.Diagnostics;

namespace Headgate.Tests.Installations;

/// <summary>The command line as a process of its own.</summary>
static class CommandLine
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<(int ExitCode, string Output)> RunAsync(Uri server, string key, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HEADGATE_SERVER"] = server.ToString();
        start.Environment["HEADGATE_KEY"] = key;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(Repository.Root, "cli", "bin", output.Parent!.Name, output.Name, "headgate.dll");
        }
    }
}
