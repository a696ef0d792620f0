namespace Headgate.Cli.Output;

/// <summary>A table: headings, and rows of as many cells.</summary>
sealed record Grid(IReadOnlyList<string> Columns, IReadOnlyList<Cell[]> Rows)
{
    /// <summary>Without the columns in which no row has anything.</summary>
    public Grid WithoutEmptyColumns()
    {
        var kept = Enumerable.Range(0, Columns.Count).Where(column => Rows.Any(row => row[column].Text.Length > 0)).ToArray();
        return new Grid([.. kept.Select(column => Columns[column])], [.. Rows.Select(row => kept.Select(column => row[column]).ToArray())]);
    }

    /// <summary>As plain lines, one a row, however long.</summary>
    public IReadOnlyList<string> Lines()
    {
        var rows = Rows.Select(row => row.Select(cell => SafeText.Line(cell.Text)).ToArray()).Prepend([.. Columns]).ToList();
        var widths = Enumerable.Range(0, Columns.Count).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return [.. rows.Select(row => string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd())];
    }
}
