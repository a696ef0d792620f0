using System.ComponentModel;
using System.Diagnostics;

namespace Headgate.Bench.Processes;

/// <summary>Programs that run to their end: psql, pg_dump, pgloader, and Headgate's own commands.</summary>
static class Tools
{
    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>A shell script in which a pipe fails if any part of it does.</summary>
    public static Task<string> ShellAsync(string script, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken) =>
        RunAsync("bash", ["-e", "-u", "-o", "pipefail", "-c", script], environment, cancellationToken);

    /// <summary>Returns what it printed.</summary>
    /// <exception cref="BenchException">It is not there, or its exit code is not 0.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode == 0) return await output;
            throw new BenchException($"{program} failed with exit code {process.ExitCode}: {(await errors + await output).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new BenchException($"{start.FileName} does not start: {error.Message}.", error);
        }
    }
}
