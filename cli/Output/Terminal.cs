using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Cli.Output;

/// <summary>
/// Where a person, or a program, reads and types. Past the runtime's console: that writes escapes of its own to a terminal, and edits lines
/// itself where the kernel does as well.
/// </summary>
sealed partial class Terminal
{
    const int UsualWidth = 80;
    const int UsualHeight = 24;
    /// <summary>Nobody's: what is piped is not broken into lines.</summary>
    const int NoWidth = 10_000;
    const ulong WindowSizeRequest = 0x5413;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    readonly Lazy<StreamReader> _input = new(() => new StreamReader(new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0), Utf8));
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether somebody can be asked.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Whether stdout is a terminal.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>Whether colors and escapes may be written to stdout.</summary>
    public required bool HasEscapes { get; init; }

    public int Width => !IsTerminal ? NoWidth : Size().Columns is > 0 and var width ? width : UsualWidth;

    public int Height => Size().Rows is > 0 and var height ? height : UsualHeight;

    public static Terminal OfProcess(Func<string, string?> environment)
    {
        var isTerminal = !Console.IsOutputRedirected;
        return new Terminal
        {
            Out = new StreamWriter(new DescriptorStream(1), Utf8) { AutoFlush = true },
            Error = new StreamWriter(new DescriptorStream(2), Utf8) { AutoFlush = true },
            IsTerminal = isTerminal,
            IsInteractive = isTerminal && !Console.IsInputRedirected,
            HasEscapes = isTerminal && string.IsNullOrEmpty(environment("NO_COLOR"))
                && environment("TERM") is { Length: > 0 } and not "dumb",
        };
    }

    public void Write(string text) => Out.Write(text);

    public void Line(string text = "") => Out.WriteLine(text);

    /// <summary>Where that cannot be written either, the exit code alone tells it.</summary>
    public void ErrorLine(string text)
    {
        try
        {
            Error.WriteLine(text);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Null: the input has ended.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        // A read of a terminal cannot be called off; it is left behind.
        await Task.Run(() => _input.Value.ReadLine(), CancellationToken.None).WaitAsync(cancellationToken);

    static WindowSize Size() => GetWindowSize(1, WindowSizeRequest, out var size) == 0 ? size : default;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int GetWindowSize(int descriptor, ulong request, out WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsAcross;
        public ushort PixelsDown;
    }
}
