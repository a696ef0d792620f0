using System.ComponentModel;
using System.Diagnostics;

namespace Headgate.Rpc.Tests.Foreign;

/// <summary>Runs programs of other makers. One that is missing fails the test with a sentence how to get it.</summary>
static class Tool
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<ToolResult> RunAsync(string program, string howToGetIt, IEnumerable<string> arguments, string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        using var process = Start(start, howToGetIt);
        using var patience = new CancellationTokenSource(Patience);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new ToolResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException error)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end within {Patience}.", error);
        }
    }

    static Process Start(ProcessStartInfo start, string howToGetIt)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"{start.FileName} is needed: {howToGetIt}", error);
        }
    }
}
