using Headgate.Contracts.Comparing;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Tests.Guards;

/// <summary>What a pipeline's completed runs leave behind, as the coordinator's database keeps it.</summary>
sealed class RememberedRuns
{
    const int RunsKept = 30;
    const int DaysKept = 35;

    readonly Dictionary<bool, (List<long> Rows, List<DateTimeOffset> Ended, List<DateOnly> Days, List<long> DayRows, List<long> DaySums)> _counts = new()
    {
        [true] = ([], [], [], [], []),
        [false] = ([], [], [], [], []),
    };

    readonly Dictionary<bool, CanaryHistory> _samples = new() { [true] = CanaryHistory.None, [false] = CanaryHistory.None };

    long _grown;

    public ObjectHistory History => new(Of(full: true), Of(full: false));

    public int Runs => _counts.Values.Sum(counts => counts.Rows.Count);

    public CanaryHistory Samples(bool full) => _samples[full];

    public void Keep(bool full, long rows, long inserted, ObjectFindings? found, DateTimeOffset at)
    {
        var (counts, today) = (_counts[full], DateOnly.FromDateTime(at.UtcDateTime));
        counts.Rows.Insert(0, rows);
        counts.Ended.Insert(0, at);
        Cut(counts.Rows, RunsKept);
        Cut(counts.Ended, RunsKept);
        if (counts.Days is [var last, ..] && last == today)
        {
            (counts.DayRows[0], counts.DaySums[0]) = (Math.Max(counts.DayRows[0], rows), counts.DaySums[0] + rows);
        }
        else
        {
            counts.Days.Insert(0, today);
            counts.DayRows.Insert(0, rows);
            counts.DaySums.Insert(0, rows);
            Cut(counts.Days, DaysKept);
            Cut(counts.DayRows, DaysKept);
            Cut(counts.DaySums, DaysKept);
        }

        _grown = full ? 0 : _grown + inserted;
        if (found is not null) _samples[full] = _samples[full].With(found, today);
    }

    RunHistory Of(bool full) => _counts[full] is var counts
        ? new RunHistory(counts.Rows, counts.Ended, counts.DayRows, counts.DaySums, full ? 0 : _grown) : RunHistory.None;

    static void Cut<T>(List<T> list, int most)
    {
        if (list.Count > most) list.RemoveAt(most);
    }
}
