namespace Headgate.Crashes.Tests.Stops;

/// <summary>A table at one instant.</summary>
/// <param name="Shape">Its columns and indexes.</param>
/// <param name="Content">Count and checksum of its rows, each with the number of the transaction that wrote it: to write it again shows.</param>
/// <param name="LastCommit">When the last of those transactions committed; null where there is none, or it is long ago.</param>
sealed record TableState(string Shape, string Content, DateTime? LastCommit);
