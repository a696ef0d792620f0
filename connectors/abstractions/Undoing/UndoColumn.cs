namespace Headgate.Connectors.Undoing;

/// <summary>A column of a destination object that is not among the fields of its pipeline.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in SQL, with its modifier.</param>
/// <param name="Unfilled">What it holds, in SQL, in a row that was inserted without it; null: that differs from row to row.</param>
public sealed record UndoColumn(string Name, string Type, string? Unfilled = null);
