using Google.Protobuf;
using Headgate.Cli.Configuration;
using Spectre.Console;

namespace Headgate.Cli.Output;

/// <summary>What is shown: tables and sentences for people, JSON for programs.</summary>
sealed class Screen
{
    readonly Terminal _terminal;
    readonly OutputFormat _format;
    readonly IAnsiConsole _console;

    public Screen(Terminal terminal, OutputFormat format)
    {
        (_terminal, _format) = (terminal, format);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.HasEscapes ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.HasEscapes ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new PlainOutput(terminal),
        });
        _console.Profile.Width = terminal.Width;
    }

    public Terminal Terminal => _terminal;

    public bool IsJson => _format == OutputFormat.Json;

    /// <summary>Shows an answer: as it is to programs, as `show` has it to people.</summary>
    public void Answer(IMessage answer, Action<Screen> show)
    {
        if (IsJson) _terminal.Line(JsonFormatter.Default.Format(answer));
        else show(this);
    }

    public void Say(string sentence)
    {
        if (sentence.Length > 0) _terminal.Line(SafeText.Lines(sentence));
    }

    /// <summary>Told to people only, beside what was asked for.</summary>
    public void Remark(string sentence)
    {
        if (!IsJson) _terminal.ErrorLine(SafeText.Line(sentence));
    }

    public void Table(Grid grid) => _console.Write(Drawn(grid));

    /// <summary>Name and value, one a line; values that are empty are left out.</summary>
    public void Fields(params IEnumerable<(string Name, Cell Value)> fields)
    {
        var rows = fields.Where(field => field.Value.Text.Length > 0).Select(field => new Cell[] { field.Name, field.Value }).ToList();
        if (rows.Count > 0) _console.Write(Drawn(new Grid(["", ""], rows)).HideHeaders());
    }

    static Table Drawn(Grid grid)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var column in grid.Columns) table.AddColumn(new TableColumn(new Text(column)) { Padding = new Padding(0, 0, 2, 0) });
        foreach (var row in grid.Rows) table.AddRow(row.Select(cell => new Text(SafeText.Line(cell.Text), cell.Style)));
        return table;
    }
}
