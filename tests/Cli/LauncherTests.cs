using System.Diagnostics;
using Headgate.Cli.Tests.Running;

namespace Headgate.Cli.Tests;

/// <summary>The launcher at the root, in a checkout of its own, with a stand-in for the SDK that tells how it was called.</summary>
public sealed class LauncherTests : IDisposable
{
    const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const string Sdk = """
        #!/bin/sh
        case "$1" in
            --list-sdks) echo '10.0.100 [/sdk]' ;;
            build) mkdir -p "$2/bin/Release/net10.0" && touch "$2/bin/Release/net10.0/headgate.dll" ;;
            *) shift && echo "$HEADGATE_COMMAND: $*" ;;
        esac
        """;

    readonly string _root = Directory.CreateTempSubdirectory("headgate-launcher-").FullName;

    public LauncherTests()
    {
        File.Copy(Path.Combine(ProgramFile.Root, "headgate"), Path.Combine(_root, "headgate"));
        Directory.CreateDirectory(Path.Combine(_root, "sdk"));
        var sdk = Path.Combine(_root, "sdk", "dotnet");
        File.WriteAllText(sdk, Sdk);
        foreach (var program in new[] { sdk, Path.Combine(_root, "headgate") }) File.SetUnixFileMode(program, Executable);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task It_says_that_it_builds_the_command_line_and_only_when_it_does()
    {
        var first = await RunAsync("./headgate", "dmeo");
        var second = await RunAsync("./headgate", "dmeo");

        Assert.Equal(new CliResult(0, "./headgate: dmeo\n", "Building the command line ...\n"), first);
        Assert.Equal(new CliResult(0, "./headgate: dmeo\n", ""), second);
    }

    [Fact]
    public async Task It_tells_the_command_line_how_it_was_typed()
    {
        var result = await RunAsync("sdk/../headgate", "cancel", "crm/contacts");

        Assert.Equal("sdk/../headgate: cancel crm/contacts\n", result.Out);
    }

    async Task<CliResult> RunAsync(params string[] words)
    {
        var start = ProgramFile.Start("bash", ["-c", "PATH=\"$PWD/sdk:$PATH\" \"$@\"", "bash", .. words], _root, server: null, []);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await error);
    }
}
