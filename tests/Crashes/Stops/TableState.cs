namespace Headgate.Crashes.Tests.Stops;

/// <summary>A table at one instant.</summary>
/// <param name="Shape">Its columns and indexes.</param>
/// <param name="Content">Count and checksum of its rows, each with the transaction that wrote it: one that was written again as it was differs too.</param>
/// <param name="LastCommit">When the last of the transactions committed that wrote a row that is there; null where there is none, or it is long ago.</param>
sealed record TableState(string Shape, string Content, DateTime? LastCommit);
