namespace Headgate.Connectors.Undoing;

/// <summary>A column of a destination object that is not among the fields of its pipeline.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in SQL, with its modifier.</param>
public sealed record UndoColumn(string Name, string Type);
