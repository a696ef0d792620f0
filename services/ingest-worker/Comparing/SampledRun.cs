namespace Headgate.IngestWorker.Comparing;

/// <summary>Records in a row of one of an object's staged files.</summary>
/// <param name="Segment">Which of the files, from 0.</param>
/// <param name="FirstRow">The first record's position in it.</param>
/// <param name="Rows">How many.</param>
sealed record SampledRun(int Segment, long FirstRow, int Rows);
