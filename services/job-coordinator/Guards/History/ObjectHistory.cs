namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What completed runs have brought of an object, whatever its mapping, filter and cursor were.</summary>
/// <param name="Full">Runs that read all of it.</param>
/// <param name="Part">Runs that read what had changed.</param>
sealed record ObjectHistory(RunHistory Full, RunHistory Part)
{
    public static readonly ObjectHistory None = new(RunHistory.None, RunHistory.None);

    public int Count => Full.Count + Part.Count;

    /// <summary>Runs in a row that read what had changed, up to the last one.</summary>
    public int PartsInARow => Full.Ended is [var last, ..] ? Part.Ended.Count(ended => ended > last) : Part.Count;
}
