namespace Headgate.Bench.Reporting;

/// <summary>A table: what its columns are, and its rows.</summary>
sealed record Figures(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
