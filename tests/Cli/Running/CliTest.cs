using System.Diagnostics;
using Headgate.Cli.Output;

namespace Headgate.Cli.Tests.Running;

/// <summary>A coordinator of the test's own, and the program run against it.</summary>
public abstract class CliTest : IAsyncLifetime
{
    internal const string Secret = "hgk_test_secret";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal Coordinator Coordinator { get; private set; } = null!;

    internal string Home { get; } = Directory.CreateTempSubdirectory("headgate-cli-").FullName;

    public async Task InitializeAsync() => Coordinator = await Coordinator.StartAsync();

    public async Task DisposeAsync()
    {
        await Coordinator.DisposeAsync();
        Directory.Delete(Home, recursive: true);
    }

    internal Task<CliResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs the command line in this process, as a compiled one: a new process each would compile it anew.</summary>
    internal async Task<CliResult> RunAsync((string Name, string? Value)[] environment, params string[] arguments)
    {
        var variables = ProgramFile.Environment(Home, Coordinator.Address, environment);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync(arguments, new Invocation
        {
            Terminal = new Terminal { Out = output, Error = error, IsTerminal = false, IsInteractive = false, HasEscapes = false },
            Variables = name => variables.GetValueOrDefault(name),
        }).WaitAsync(Patience);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs the program.</summary>
    internal async Task<CliResult> RunProcessAsync(params string[] arguments)
    {
        using var process = Process.Start(ProgramFile.Start(ProgramFile.Path, arguments, Home, Coordinator.Address, []))!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"headgate {string.Join(' ', arguments)} does not end: {await output} {await error}");
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs it on a pseudo-terminal of 100 columns.</summary>
    internal TerminalSession OnTerminal(params string[] arguments) => OnTerminal([], arguments);

    internal TerminalSession OnTerminal((string Name, string? Value)[] environment, params string[] arguments) =>
        TerminalSession.Start(ProgramFile.Path, arguments, (file, words) => ProgramFile.Start(file, words, Home, Coordinator.Address, environment));

    internal string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
