namespace Headgate.Crashes.Tests.Checking;

/// <summary>A table that a pipeline moves, of the same name and in schema public on both sides, with an integer key "id".</summary>
/// <param name="Name">The table.</param>
/// <param name="Cursor">Its cursor column; null: it is read in full.</param>
/// <param name="People">
/// Whether people write it at the destination too: each write adds the same to n, which the run moves, and to by_people, which it does not.
/// </param>
public sealed record CheckedTable(string Name, string? Cursor = null, bool People = false);
