using Headgate.Contracts.Comparing;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>
/// What samples of an object's completed runs have found, of those that read all or of those that read what had changed: the most of each field,
/// over a month at least and two at most, so that what comes once a month is known.
/// </summary>
sealed record CanaryHistory
{
    const int DaysKept = 35;

    // No field has this name.
    const string InsertsKey = "";

    public static readonly CanaryHistory None = new() { Since = DateOnly.MinValue };

    /// <summary>Since when <see cref="Now"/> is counted.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>How many runs it is of.</summary>
    public int Runs { get; init; }

    /// <summary>The most of each field since then; fields of which nothing can be said are left out.</summary>
    public IReadOnlyDictionary<string, FieldShares> Now { get; init; } = new Dictionary<string, FieldShares>();

    /// <summary>The same of the time before.</summary>
    public IReadOnlyDictionary<string, FieldShares> Before { get; init; } = new Dictionary<string, FieldShares>();

    public FieldShares Most(string field) =>
        Now.GetValueOrDefault(field, FieldShares.None).Max(Before.GetValueOrDefault(field, FieldShares.None));

    /// <summary>The largest share of records that were new.</summary>
    public double MostInserts => Most(InsertsKey).Changed;

    /// <summary>With one run more.</summary>
    public CanaryHistory With(ObjectFindings found, DateOnly today)
    {
        var isOver = Since != DateOnly.MinValue && today.DayNumber - Since.DayNumber >= DaysKept;
        var now = isOver ? new Dictionary<string, FieldShares>() : Now.ToDictionary();
        Add(InsertsKey, FieldShares.None with { Changed = CanaryJudge.InsertsOf(found) });
        foreach (var field in found.Fields) Add(field.Field, CanaryJudge.SharesOf(found, field));

        return new CanaryHistory
        {
            Since = Since == DateOnly.MinValue || isOver ? today : Since,
            Runs = Runs + 1,
            Now = now,
            Before = isOver ? Now : Before,
        };

        void Add(string field, FieldShares shares)
        {
            if (shares != FieldShares.None) now[field] = shares.Max(now.GetValueOrDefault(field, FieldShares.None));
        }
    }
}
