using System.Text;
using Spectre.Console;

namespace Headgate.Cli.Output;

/// <summary>The terminal as Spectre.Console writes to it.</summary>
sealed class PlainOutput(Terminal terminal) : IAnsiConsoleOutput
{
    public TextWriter Writer => terminal.Out;

    public bool IsTerminal => terminal.IsTerminal;

    public int Width => terminal.Width;

    public int Height => terminal.Height;

    public void SetEncoding(Encoding encoding)
    {
    }
}
