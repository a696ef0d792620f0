using Spectre.Console;

namespace Headgate.Cli.Output;

/// <summary>Text of a table, which is never markup.</summary>
readonly record struct Cell(string Text, Style? Style = null)
{
    public static implicit operator Cell(string text) => new(text);
}
