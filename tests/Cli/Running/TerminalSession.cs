using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace Headgate.Cli.Tests.Running;

/// <summary>
/// The program on a pseudo-terminal, which `script` of util-linux makes: what is typed goes through the kernel's line discipline, so that
/// Ctrl-C is a signal and Ctrl-D an end of input.
/// </summary>
sealed class TerminalSession : IAsyncDisposable
{
    public const string CtrlC = "\x03";
    public const string CtrlD = "\x04";
    public const int Columns = 100;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Process _process;
    readonly StringBuilder _screen = new();
    readonly Channel<bool> _news = Channel.CreateUnbounded<bool>();
    readonly Task _reading;
    int _read;

    TerminalSession(Process process)
    {
        _process = process;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>All that was written so far, escapes and all.</summary>
    public string Screen
    {
        get
        {
            lock (_screen) return _screen.ToString();
        }
    }

    /// <param name="program">What is run on it.</param>
    /// <param name="arguments">The program's.</param>
    /// <param name="start">Of a file and its arguments makes the start of a process, with all streams redirected.</param>
    public static TerminalSession Start(string program, IEnumerable<string> arguments, Func<string, IEnumerable<string>, ProcessStartInfo> start)
    {
        var command = string.Join(' ', arguments.Prepend(program).Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"));
        // Whoever runs the tests in the background of a shell ignores the signal, and so would every program below.
        string[] script = ["-q", "-e", "-c", $"stty cols {Columns} rows 30; exec env --default-signal=INT {command}", "/dev/null"];
        var process = start("script", script);
        process.Environment["SHELL"] = "/bin/sh";
        return new TerminalSession(Process.Start(process)!);
    }

    /// <summary>Waits until the text has come after what was waited for before.</summary>
    public async Task<TerminalSession> SeesAsync(string text)
    {
        using var late = new CancellationTokenSource(Patience);
        while (true)
        {
            var screen = Screen;
            if (screen.IndexOf(text, _read, StringComparison.Ordinal) is >= 0 and var at)
            {
                _read = at + text.Length;
                return this;
            }

            try
            {
                if (await _news.Reader.ReadAsync(late.Token)) continue;
            }
            catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
            {
                Assert.Fail($"The terminal does not show \"{text}\" but:\n{screen}");
            }
        }
    }

    public async Task<TerminalSession> TypesAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
        return this;
    }

    public async Task<int> EndsAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The program does not end; the terminal shows:\n{Screen}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    async Task ReadAsync()
    {
        var buffer = new char[4096];
        for (int count; (count = await _process.StandardOutput.ReadAsync(buffer)) > 0;)
        {
            lock (_screen) _screen.Append(buffer, 0, count);
            _news.Writer.TryWrite(true);
        }

        _news.Writer.Complete();
    }
}
