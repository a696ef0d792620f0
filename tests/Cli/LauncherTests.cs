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
            *Headgate.JobCoordinator.dll) printf '%s\n' "[$HEADGATE_STATE]" "[$SRC]" "[$QUOTED]" "[$login]" ;;
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

    [Fact]
    public async Task Values_for_pipelines_are_taken_as_they_stand_and_a_shell_does_not_read_them()
    {
        StandInForServers();
        Environment("# of mine\n\nSRC=Host=a;Port=1 Password=$HOME`touch evaluated`'x\nQUOTED='Host=b;Port=2'\nlogin=mine\nHEADGATE_STATE=other");

        // The stand-in ends at once, and `up` shows what it has said.
        var result = await RunAsync("./headgate", "up");

        Assert.Contains("\n[of-coordinator]\n[Host=a;Port=1 Password=$HOME`touch evaluated`'x]\n[Host=b;Port=2]\n[mine]\n", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_root, "evaluated")));
    }

    [Fact]
    public async Task Line_that_is_no_value_for_pipelines_is_told_by_its_number_alone()
    {
        StandInForServers();
        Environment("A=1\nhunter2\n");

        var result = await RunAsync("./headgate", "up");

        Assert.Equal(new CliResult(1, "", "headgate: .headgate/env, line 2: expected is NAME=value, # or nothing.\n"), result);
    }

    void StandInForServers()
    {
        foreach (var name in new[] { "initdb", "rabbitmq-server", "epmd" })
        {
            var program = Path.Combine(_root, "sdk", name);
            File.WriteAllText(program, "#!/bin/sh\n");
            File.SetUnixFileMode(program, Executable);
        }

        Directory.CreateDirectory(Path.Combine(_root, ".headgate"));
        var logins = new[] { "COORDINATOR", "INGEST", "SCHEDULER", "NOTIFIER" };
        File.WriteAllLines(
            Path.Combine(_root, ".headgate", "servers.env"),
            logins.SelectMany(login => new[] { $"HEADGATE_{login}_STATE=of-{login.ToLowerInvariant()}", $"HEADGATE_{login}_AMQP=broker" }));
    }

    void Environment(string text) => File.WriteAllText(Path.Combine(_root, ".headgate", "env"), text);

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
