using System.Text;

namespace Headgate.Bench.Reporting;

/// <summary>The report as a piece of Markdown that can go into the documentation.</summary>
static class MarkdownReport
{
    public static string Of(Machine machine, string commandLine, IReadOnlyList<CaseReport> cases)
    {
        var text = new StringBuilder();
        text.Append(null, $"{machine.Sentence}\n\n`{commandLine}`\n");
        foreach (var report in cases)
        {
            text.Append(null, $"\n**{report.Name}**: {report.Description}\n\n");
            foreach (var figures in report.Tables()) Append(text, figures);
        }

        return text.ToString();
    }

    static void Append(StringBuilder text, Figures figures)
    {
        AppendRow(text, figures.Columns);
        AppendRow(text, [.. figures.Columns.Select(_ => "---")]);
        foreach (var row in figures.Rows) AppendRow(text, row);
        text.Append('\n');
    }

    static void AppendRow(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append(null, $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ")))} |\n");
}
