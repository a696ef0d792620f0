using System.Diagnostics;
using System.Text;

namespace Headgate.SagaRepository.Tests.Crashes;

/// <summary>The crash host: the saga in a process that kills itself.</summary>
sealed class CrashHostProcess : IAsyncDisposable
{
    const int KilledBySignal = 128 + 9;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly Process process;
    readonly StringBuilder output = new();

    CrashHostProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <param name="settings">Passed in the environment, each name with the prefix that the host expects.</param>
    public static CrashHostProcess Start(IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Headgate.SagaRepository.CrashHost.dll") },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // It lives for seconds: what is compiled a second time, to run faster, is not used any more when it is done.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        foreach (var (name, value) in settings)
            start.Environment["CRASHHOST_" + name] = value;
        return new CrashHostProcess(start);
    }

    /// <summary>Returns when it has killed itself; throws if it ended in another way.</summary>
    public async Task KilledAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == KilledBySignal, $"It ended with {process.ExitCode} and said: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    void Keep(string? line)
    {
        lock (output) output.AppendLine(line);
    }
}
