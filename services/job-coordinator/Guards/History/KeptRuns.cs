using Npgsql;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>A row of object_history, as it is kept: with runs that were rolled back since.</summary>
sealed class KeptRuns
{
    public const int ColumnCount = 10;

    // As in coordinator.runs_standing.
    const int RunsUsed = 30;

    /// <summary>Of the history as h.</summary>
    public const string Columns =
        "h.rows, h.ended, h.jobs, h.absorbed, h.day_rows, h.day_jobs, h.next_rows, h.next_jobs, h.day_sums, h.grown";

    readonly long[] _rows;
    readonly DateTimeOffset[] _ended;
    readonly long[] _jobs;
    readonly long[] _absorbed;
    readonly long[] _dayRows;
    readonly long[] _dayJobs;
    readonly long[] _nextRows;
    readonly long[] _nextJobs;
    readonly long[] _daySums;
    readonly long _grown;

    /// <summary>Reads the columns.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">The number of the first of them.</param>
    public KeptRuns(NpgsqlDataReader row, int first)
    {
        var at = first;
        (_rows, _ended, _jobs) = (row.GetFieldValue<long[]>(at++), row.GetFieldValue<DateTimeOffset[]>(at++), row.GetFieldValue<long[]>(at++));
        _absorbed = row.GetFieldValue<long[]>(at++);
        (_dayRows, _dayJobs) = (row.GetFieldValue<long[]>(at++), row.GetFieldValue<long[]>(at++));
        (_nextRows, _nextJobs) = (row.GetFieldValue<long[]>(at++), row.GetFieldValue<long[]>(at++));
        (_daySums, _grown) = (row.GetFieldValue<long[]>(at++), row.GetInt64(at));
    }

    /// <summary>Of runs that read all: when the last one of those that stand has ended; null: none does.</summary>
    public DateTimeOffset? LastStanding(IReadOnlySet<long> undone)
    {
        var last = 0;
        while (last < _rows.Length && Is(_jobs, last, undone)) last++;
        return last < _rows.Length ? _ended[last] : null;
    }

    /// <summary>Of runs that read all: what was inserted up to those that were rolled back since the last one that stands.</summary>
    public long AbsorbedSince(IReadOnlySet<long> undone)
    {
        var sum = 0L;
        for (var no = 0; no < _rows.Length && Is(_jobs, no, undone); no++) sum += At(_absorbed, no);
        return sum;
    }

    /// <summary>The last of those that stand.</summary>
    /// <param name="undone">Numbers of jobs that were rolled back.</param>
    /// <param name="more">What of <see cref="RunHistory.Grown"/> is not in the row; less than nothing where it has too much.</param>
    public RunHistory Standing(IReadOnlySet<long> undone, long more = 0)
    {
        var standing = Enumerable.Range(0, _rows.Length).Where(no => !Is(_jobs, no, undone)).Take(RunsUsed).ToList();
        var days = Enumerable.Range(0, _dayRows.Length);
        return new RunHistory(
            [.. standing.Select(no => _rows[no])],
            [.. standing.Select(no => _ended[no])],
            [.. days.Select(no => Math.Max(Is(_dayJobs, no, undone) ? 0 : _dayRows[no], Is(_nextJobs, no, undone) ? 0 : At(_nextRows, no)))],
            [.. days.Select(no => _daySums[no] - (Is(_dayJobs, no, undone) ? _dayRows[no] : 0) - (Is(_nextJobs, no, undone) ? At(_nextRows, no) : 0))],
            Math.Max(0, _grown + more));
    }

    static bool Is(long[] jobs, int no, IReadOnlySet<long> undone) => no < jobs.Length && undone.Contains(jobs[no]);

    static long At(long[] values, int no) => no < values.Length ? values[no] : 0;
}
