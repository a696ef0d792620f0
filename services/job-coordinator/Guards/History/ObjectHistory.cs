namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What completed runs have brought of an object, whatever its mapping, filter and cursor were.</summary>
/// <param name="Full">Runs that read all of it.</param>
/// <param name="Part">Runs that read what had changed.</param>
sealed record ObjectHistory(RunHistory Full, RunHistory Part)
{
    public static readonly ObjectHistory None = new(RunHistory.None, RunHistory.None);

    /// <summary>Of what is kept: the runs that stand.</summary>
    /// <param name="full">Runs that read all; null: none.</param>
    /// <param name="part">Runs that read what had changed; null: none.</param>
    /// <param name="undone">Numbers of jobs that were rolled back.</param>
    /// <param name="inserts">What those of them that read what had changed have inserted, and when they ended.</param>
    public static ObjectHistory Standing(
        KeptRuns? full, KeptRuns? part, IReadOnlySet<long> undone, IEnumerable<(DateTimeOffset Ended, long Inserted)> inserts)
    {
        var since = full?.LastStanding(undone) ?? DateTimeOffset.MinValue;
        var more = (full?.AbsorbedSince(undone) ?? 0) - inserts.Where(each => each.Ended > since).Sum(each => each.Inserted);
        return new ObjectHistory(full?.Standing(undone) ?? RunHistory.None, part?.Standing(undone, more) ?? RunHistory.None);
    }

    public int Count => Full.Count + Part.Count;

    /// <summary>Runs in a row that read what had changed, up to the last one.</summary>
    public int PartsInARow => Full.Ended is [var last, ..] ? Part.Ended.Count(ended => ended > last) : Part.Count;
}
