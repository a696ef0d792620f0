namespace Headgate.Connectors.Postgres.Planning;

/// <summary>A foreign key of another table that carries updates on.</summary>
/// <param name="Name">The constraint.</param>
/// <param name="Table">The table that it belongs to, in SQL spelling.</param>
/// <param name="Columns">The columns that it refers to.</param>
sealed record UpdateCascade(string Name, string Table, IReadOnlyList<string> Columns);
