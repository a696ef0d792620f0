using Spectre.Console;

namespace Headgate.Bench.Reporting;

/// <summary>A case for people at a terminal.</summary>
static class ConsoleReport
{
    const int WidthOfFile = 180;

    public static void Write(CaseReport report)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfFile;
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        AnsiConsole.MarkupLineInterpolated($"\n[bold]{report.Name}[/]: {report.Description}");
        foreach (var figures in report.Tables())
        {
            var table = new Table().AddColumns([.. figures.Columns.Select(Markup.Escape)]);
            foreach (var row in figures.Rows) table.AddRow([.. row.Select(cell => Markup.Escape(cell.Replace("**", "", StringComparison.Ordinal)))]);
            AnsiConsole.Write(table);
        }
    }
}
