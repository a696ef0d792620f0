using System.Diagnostics;

namespace Headgate.Tests.Installations;

/// <summary>The command line as a process of its own.</summary>
static class CommandLine
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(Repository.Root, "cli", "bin", output.Parent!.Name, output.Name, "headgate");
        }
    }

    /// <summary>A process that finds server and key in its environment, with all its streams redirected.</summary>
    public static ProcessStartInfo Start(Uri server, string key, string file, IEnumerable<string> arguments) => new(file, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["HEADGATE_SERVER"] = server.ToString(), ["HEADGATE_KEY"] = key, ["TERM"] = "xterm" },
    };

    public static async Task<(int ExitCode, string Output)> RunAsync(Uri server, string key, params string[] arguments)
    {
        using var process = Process.Start(Start(server, key, Program, arguments))!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }
}
