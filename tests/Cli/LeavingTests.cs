using System.Diagnostics;
using System.Text.Json;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>The program is told to end.</summary>
public sealed class LeavingTests : CliTest
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("apply -f -", "left; nothing was commanded.")]
    [InlineData("dry-run -f -", "left; nothing was commanded.")]
    [InlineData("diff contacts -f -", "left.")]
    public async Task Read_of_what_does_not_come_is_left_at_once(string line, string told)
    {
        using var process = Start(line);
        // More than a pipe holds: once it is written the program reads.
        await process.StandardInput.WriteAsync(new string('#', 300_000)).WaitAsync(Patience);
        await process.StandardInput.FlushAsync().WaitAsync(Patience);

        var (exitCode, _, error) = await TerminateAsync(process);

        Assert.Equal((1, $"headgate: {told}\n"), (exitCode, error));
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task Program_that_reads_json_is_told_of_it_as_of_other_errors()
    {
        Coordinator.On<GetJobRequest>(_ => new GetJobResponse { Job = Examples.Job(JobState.Processing) });
        Coordinator.OnStream<WatchJobRequest>(async (_, send, context) =>
        {
            await send(new WatchJobResponse { Job = Examples.Job(JobState.Processing), ResumeToken = "1" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        using var process = Start("watch contacts -o json");
        await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

        var (exitCode, output, error) = await TerminateAsync(process);

        Assert.Equal((1, ""), (exitCode, output));
        var told = JsonDocument.Parse(Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.GetProperty("error");
        Assert.Equal("CANCELLED", told.GetProperty("code").GetString());
        Assert.Equal("left.", told.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Command_that_was_sent_may_still_take_effect()
    {
        var isThere = new TaskCompletionSource();
        Coordinator.On<PauseJobRequest>(async (_, context) =>
        {
            isThere.SetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new PauseJobResponse();
        });
        using var process = Start("pause contacts");
        await isThere.Task.WaitAsync(Patience);

        var (exitCode, _, error) = await TerminateAsync(process);

        Assert.Equal((1, "headgate: left; what was commanded before may still take effect.\n"), (exitCode, error));
    }

    Process Start(string line) => Process.Start(ProgramFile.Start(ProgramFile.Path, line.Split(' '), Home, Coordinator.Address, []))!;

    static async Task<(int ExitCode, string Out, string Error)> TerminateAsync(Process process)
    {
        try
        {
            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Patience);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            process.Kill();
        }
    }
}
