using Headgate.Contracts.Comparing;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>
/// What samples of an object's completed runs have found, of those that read all or of those that read what had changed: the most of each field,
/// over a month at least and two at most, so that what comes once a month is known.
/// </summary>
sealed record CanaryHistory
{
    const int DaysKept = 35;
    const int InsertsKept = 10;

    public static readonly CanaryHistory None = new() { Since = DateOnly.MinValue };

    /// <summary>Since when <see cref="Now"/> is counted.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>How many runs it is of.</summary>
    public int Runs { get; init; }

    /// <summary>Shares of inserts in the last samples, the latest first.</summary>
    public IReadOnlyList<double> Inserts { get; init; } = [];

    /// <summary>The most of each field since then; fields in which nothing changes are left out.</summary>
    public IReadOnlyDictionary<string, FieldShares> Now { get; init; } = new Dictionary<string, FieldShares>();

    /// <summary>The same of the time before.</summary>
    public IReadOnlyDictionary<string, FieldShares> Before { get; init; } = new Dictionary<string, FieldShares>();

    public FieldShares Most(string field) =>
        Now.GetValueOrDefault(field, FieldShares.None).Max(Before.GetValueOrDefault(field, FieldShares.None));

    /// <summary>With one run more.</summary>
    public CanaryHistory With(ObjectFindings found, DateOnly today)
    {
        var isOver = Since != DateOnly.MinValue && today.DayNumber - Since.DayNumber >= DaysKept;
        var now = isOver ? new Dictionary<string, FieldShares>() : Now.ToDictionary();
        foreach (var field in found.Fields)
        {
            var shares = CanaryJudge.SharesOf(found, field);
            if (shares != FieldShares.None) now[field.Field] = shares.Max(now.GetValueOrDefault(field.Field, FieldShares.None));
        }

        return new CanaryHistory
        {
            Since = Since == DateOnly.MinValue || isOver ? today : Since,
            Runs = Runs + 1,
            Inserts = [.. Inserts.Prepend(CanaryJudge.InsertsOf(found)).Take(InsertsKept)],
            Now = now,
            Before = isOver ? Now : Before,
        };
    }
}
