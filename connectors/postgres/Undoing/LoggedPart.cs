namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>A group or block of an object's log.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Segment">The segment; -1: rows that vanished.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Rows">How many entries it has.</param>
readonly record struct LoggedPart(long Seq, int Attempt, int Segment, string Operation, int Rows);
