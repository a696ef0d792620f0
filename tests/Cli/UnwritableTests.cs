using System.Diagnostics;
using System.Text.Json;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>What cannot be written, to a full disk for example, ends with a sentence.</summary>
public sealed class UnwritableTests : CliTest
{
    const string Full = "what there was to say could not be written: No space left on device";
    const string Lost = "The key was made, but its secret could not be written and is lost: revoke it, and make another.";

    [Theory]
    [InlineData("jobs")]
    [InlineData("--help")]
    [InlineData("completion bash")]
    public async Task Output_that_cannot_be_written_ends_with_one_sentence(string line)
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } });

        Assert.Equal((1, $"headgate: {Full}\n"), await ShellAsync($"\"$1\" {line} >/dev/full"));
    }

    [Fact]
    public async Task Program_is_told_of_it_as_of_other_errors()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse());
        Write(".config/headgate/config", "output: json\n");

        var (exitCode, error) = await ShellAsync("\"$1\" jobs >/dev/full");

        Assert.Equal((1, Full), (exitCode, JsonDocument.Parse(error).RootElement.GetProperty("error").GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("jobs >/dev/full 2>&1", 1)]
    [InlineData("frobnicate 2>/dev/full", 2)]
    public async Task Where_nothing_can_be_written_at_all_the_exit_code_tells_it(string line, int exitCode)
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } });

        Assert.Equal((exitCode, ""), await ShellAsync($"\"$1\" {line}"));
    }

    [Theory]
    [InlineData("\"$1\" keys create airflow >/dev/full")]
    [InlineData("\"$1\" keys create airflow | true; exit ${PIPESTATUS[0]}")]
    // Files can be made, and nothing written into them.
    [InlineData("trap '' XFSZ; ulimit -f 0; DOTNET_EnableWriteXorExecute=0 \"$1\" keys create airflow --secret-file secret")]
    public async Task Key_whose_secret_is_lost_is_told_of_with_how_to_revoke_it(string script)
    {
        Coordinator.On<CreateApiKeyRequest>(_ => new CreateApiKeyResponse { ApiKey = new ApiKey { Id = Examples.JobId }, Secret = "hgk_new" });

        var (exitCode, error) = await ShellAsync(script);

        Assert.Equal(1, exitCode);
        Assert.Contains($"headgate: {Lost}", error, StringComparison.Ordinal);
        Assert.EndsWith($"\nNext: headgate keys revoke {Examples.JobId}\n", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Home, "secret")));
    }

    async Task<(int ExitCode, string Error)> ShellAsync(string script)
    {
        using var bash = Process.Start(ProgramFile.Start("bash", ["-c", script, "bash", ProgramFile.Path], Home, Coordinator.Address, []))!;
        bash.StandardInput.Close();
        var error = await bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, error);
    }
}
