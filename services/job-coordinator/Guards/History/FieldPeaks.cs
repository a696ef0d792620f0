namespace Headgate.JobCoordinator.Guards.History;

/// <summary>Shares of a field, each with the run that had it: where that is rolled back, the next one is the most.</summary>
sealed record FieldPeaks
{
    // The largest of all. One bad run is rarely alone: its fault comes again until somebody sees it.
    const int Kept = 3;

    // However often it comes, it does not push out what was known before: of shares that are no more than twice each other the first one is kept
    // too, and only more than twice the most trips. What is below the last of these steps (1/64) is one with it.
    const int LastStep = -6;

    public static readonly FieldPeaks None = new();

    /// <summary>The largest first, ten at most. As of <see cref="FieldShares"/>; of nothing there is none.</summary>
    public IReadOnlyList<Peak> Changed { get; init; } = [];

    public IReadOnlyList<Peak> Nulled { get; init; } = [];

    public IReadOnlyList<Peak> Same { get; init; } = [];

    /// <summary>As <see cref="FieldShares.Runs"/>.</summary>
    public int Runs { get; init; }

    public FieldShares Most => new(First(Changed), First(Nulled), First(Same), Runs);

    public FieldPeaks With(long job, FieldShares shares, IReadOnlySet<long> undone) => new()
    {
        Changed = With(Changed, new Peak(job, shares.Changed), undone),
        Nulled = With(Nulled, new Peak(job, shares.Nulled), undone),
        Same = With(Same, new Peak(job, shares.Same), undone),
        Runs = Runs + shares.Runs,
    };

    public FieldPeaks Without(IReadOnlySet<long> undone, int runs) => new()
    {
        Changed = Without(Changed, undone),
        Nulled = Without(Nulled, undone),
        Same = Without(Same, undone),
        Runs = Math.Max(0, Runs - runs),
    };

    // What was rolled back makes room first: it counts again only if its rollback is rolled back.
    static IReadOnlyList<Peak> With(IReadOnlyList<Peak> peaks, Peak peak, IReadOnlySet<long> undone)
    {
        if (peak.Share <= 0) return peaks;
        var all = peaks.Append(peak).ToList();
        var first = all.GroupBy(each => Math.Max(LastStep, Math.ILogB(each.Share)))
            .Select(step => step.OrderBy(each => undone.Contains(each.Job)).ThenBy(each => each.Job).First());
        return [.. all.OrderBy(each => undone.Contains(each.Job)).ThenByDescending(each => each.Share).Take(Kept).Union(first)
            .OrderByDescending(each => each.Share)];
    }

    static IReadOnlyList<Peak> Without(IReadOnlyList<Peak> peaks, IReadOnlySet<long> undone) => [.. peaks.Where(peak => !undone.Contains(peak.Job))];

    static double First(IReadOnlyList<Peak> peaks) => peaks is [var largest, ..] ? largest.Share : 0;
}
