using Headgate.Connectors.Postgres.Undoing;
using Headgate.Connectors.Sources;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Undoing;

public sealed class LogLayoutTests
{
    [Fact]
    public void Segments_that_were_written_at_once_and_to_their_end_are_one_read()
    {
        var reads = Reads([(1, 1, 0), (2, 1, 1), (3, 1, 0), (4, 1, 2), (5, 1, -1)], whole: [0, 1, 2]);
        Assert.Equal(["1: 1 2 3 4 5"], reads);
    }

    [Fact]
    public void Where_all_later_segments_came_after_one_that_was_not_finished_they_may_be_another_read()
    {
        Assert.Equal(["1: 1 2", "1: 3 4", "1: 5 6"], Reads([(1, 1, 1), (2, 1, 0), (3, 1, 3), (4, 1, 2), (5, 1, 4), (6, 1, -1)], whole: [0, 2, 3, 4]));
        Assert.Equal(["1: 1 2 3 4"], Reads([(1, 1, 0), (2, 1, 2), (3, 1, 0), (4, 1, 2)], whole: [2]));
        Assert.Equal(["1: 1 2 3"], Reads([(1, 1, 0), (2, 1, 1), (3, 1, 0)], whole: [0]));
    }

    [Fact]
    public void Each_attempt_is_another_read()
    {
        Assert.Equal(["1: 1 2", "2: 3 4"], Reads([(1, 1, 0), (2, 1, 1), (3, 2, 0), (4, 2, 1)], whole: [0, 1]));
    }

    [Fact]
    public void Segments_are_divided_between_groups_newest_first_and_by_what_is_done()
    {
        LoggedPart[] parts = [Part(1, "update", 30_000), Part(2, "insert", 10), Part(3, "delete", 15_000), Part(4, "update", 15_000)];
        Assert.Equal(["LoggedChanges 3-4 30000", "LoggedChanges 1-1 30000", "LoggedInserts 2-2 10"], Segments(parts, updatesAlone: false, divisible: true));
        Assert.Equal(["LoggedChanges 1-4 45000"], Segments(parts, updatesAlone: true, divisible: true));
        Assert.Equal(["LoggedChanges 1-4 60000", "LoggedInserts 2-2 10"], Segments(parts, updatesAlone: false, divisible: false));
    }

    static IEnumerable<string> Segments(LoggedPart[] parts, bool updatesAlone, bool divisible) =>
        LogLayout.Segments(parts, updatesAlone, divisible).Select((SegmentRange r) => $"{r.Kind} {r.FirstSeq}-{r.LastSeq} {r.Entries}");

    static IEnumerable<string> Reads((long Seq, int Attempt, int Segment)[] parts, int[] whole) =>
        LogLayout.Reads(
                [.. parts.Select(p => new LoggedPart(p.Seq, p.Attempt, p.Segment, "update", 1))],
                parts.Select(p => p.Attempt).Distinct().SelectMany(attempt => whole.Select(segment => (attempt, segment))).ToLookup(w => w.attempt, w => w.segment))
            .Select(read => $"{read.Attempt}: {string.Join(' ', read.Parts.Select(p => p.Seq))}");

    static LoggedPart Part(long seq, string operation, int rows) => new(seq, 1, 0, operation, rows);
}
