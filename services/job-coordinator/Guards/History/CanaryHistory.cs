using Headgate.Contracts.Comparing;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>
/// What samples of an object's completed runs have found, of those that read all or of those that read what had changed: the most of each field,
/// over a month at least and two at most, so that what comes once a month is known.
/// </summary>
sealed record CanaryHistory
{
    const int DaysKept = 35;
    const int JobsKept = 30;

    // No field has this name.
    const string InsertsKey = "";

    public static readonly CanaryHistory None = new() { Since = DateOnly.MinValue };

    static readonly IReadOnlySet<long> NoJobs = new HashSet<long>();

    /// <summary>Since when <see cref="Now"/> is counted.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>How many runs it is of.</summary>
    public int Runs { get; init; }

    /// <summary>The numbers of the last of their jobs, the latest first.</summary>
    public IReadOnlyList<long> Jobs { get; init; } = [];

    /// <summary>The most of each field since then; fields of which nothing can be said are left out.</summary>
    public IReadOnlyDictionary<string, FieldPeaks> Now { get; init; } = new Dictionary<string, FieldPeaks>();

    /// <summary>The same of the time before.</summary>
    public IReadOnlyDictionary<string, FieldPeaks> Before { get; init; } = new Dictionary<string, FieldPeaks>();

    public FieldShares Most(string field) => Of(Now, field).Max(Of(Before, field));

    /// <summary>The largest share of records that were new.</summary>
    public double MostInserts => Most(InsertsKey).Changed;

    /// <summary>With one run more.</summary>
    /// <param name="found">What was found of its sample.</param>
    /// <param name="today">When it has completed.</param>
    /// <param name="job">The number of its job.</param>
    /// <param name="undone">Numbers of jobs that were rolled back; null: none.</param>
    public CanaryHistory With(ObjectFindings found, DateOnly today, long job = 0, IReadOnlySet<long>? undone = null)
    {
        var isOver = Since != DateOnly.MinValue && today.DayNumber - Since.DayNumber >= DaysKept;
        var now = isOver ? new Dictionary<string, FieldPeaks>() : Now.ToDictionary();
        Add(InsertsKey, FieldShares.None with { Changed = CanaryJudge.InsertsOf(found) });
        foreach (var field in found.Fields) Add(field.Field, CanaryJudge.SharesOf(found, field));

        return new CanaryHistory
        {
            Since = Since == DateOnly.MinValue || isOver ? today : Since,
            Runs = Runs + 1,
            Jobs = [.. Jobs.Prepend(job).Take(JobsKept)],
            Now = now,
            Before = isOver ? Now : Before,
        };

        void Add(string field, FieldShares shares)
        {
            if (shares != FieldShares.None) now[field] = now.GetValueOrDefault(field, FieldPeaks.None).With(job, shares, undone ?? NoJobs);
        }
    }

    /// <summary>As if these jobs had never been: one that was rolled back is no example of what is usual.</summary>
    public CanaryHistory Without(IReadOnlySet<long> undone)
    {
        if (undone.Count == 0) return this;
        var runs = Jobs.Count(undone.Contains);
        return this with
        {
            Runs = Runs - runs,
            Now = Now.ToDictionary(each => each.Key, each => each.Value.Without(undone, runs)),
            Before = Before.ToDictionary(each => each.Key, each => each.Value.Without(undone, runs: 0)),
        };
    }

    static FieldShares Of(IReadOnlyDictionary<string, FieldPeaks> peaks, string field) => peaks.GetValueOrDefault(field, FieldPeaks.None).Most;
}
