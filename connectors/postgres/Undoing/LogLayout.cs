using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Divides an object's log so that what is undone at once never has one row twice. In one read of an attempt each row is written once, as
/// inserted, changed or deleted; but an attempt can read an object again, and another attempt writes all of it again. What a rollback has logged may
/// have to be divided further: see <see cref="UndoneReads"/>.
/// </summary>
static class LogLayout
{
    /// <summary>Divided at the next group of the log.</summary>
    public const int EntriesInSegment = 50_000;

    /// <summary>
    /// The parts by reads, oldest first, each with its attempt. Where an object was read again is not kept with the log. But it is only where a
    /// segment was not written to its end, and then all that the later read wrote has higher numbers: where that may be, it is taken to be so.
    /// Too many reads make a rollback slower, and nothing else.
    /// </summary>
    /// <param name="parts">By their numbers.</param>
    /// <param name="whole">Segments that were written to their end, by attempt.</param>
    public static IReadOnlyList<(int Attempt, IReadOnlyList<LoggedPart> Parts)> Reads(IReadOnlyList<LoggedPart> parts, ILookup<int, int> whole)
    {
        var reads = new List<(int, IReadOnlyList<LoggedPart>)>();
        foreach (var attempt in parts.GroupBy(part => part.Attempt).OrderBy(group => group.Key))
        {
            var all = attempt.ToList();
            var begins = Begins(all, [.. whole[attempt.Key]]);
            var from = 0;
            foreach (var to in begins.Append(all.Count))
            {
                reads.Add((attempt.Key, all[from..to]));
                from = to;
            }
        }

        return reads;
    }

    /// <summary>Positions of parts, not the first, with which another read may begin.</summary>
    static List<int> Begins(List<LoggedPart> parts, HashSet<int> whole)
    {
        var unfinished = 0;
        while (whole.Contains(unfinished)) unfinished++;
        var lowestAfter = new int[parts.Count + 1];
        lowestAfter[parts.Count] = int.MaxValue;
        for (var at = parts.Count - 1; at >= 0; at--)
            lowestAfter[at] = parts[at].Segment < 0 ? lowestAfter[at + 1] : Math.Min(lowestAfter[at + 1], parts[at].Segment);
        var begins = new List<int>();
        var highest = -1;
        for (var at = 0; at < parts.Count; at++)
        {
            // All before are of lower segments than all from here on, and one of the lower ones was not finished.
            if (highest >= 0 && parts[at].Segment >= 0 && lowestAfter[at] > Math.Max(highest, unfinished)) begins.Add(at);
            highest = Math.Max(highest, parts[at].Segment);
        }

        return begins;
    }

    /// <summary>The segments of a read, newest first: what puts rows and values back, and what deletes.</summary>
    /// <param name="parts">Of the read, by their numbers.</param>
    /// <param name="updatesAlone">Whether inserted and deleted rows stay as they are.</param>
    /// <param name="divisible">False: two entries may mean one row after all, and only in one segment is the later one sure to come first.</param>
    public static IEnumerable<SegmentRange> Segments(IReadOnlyList<LoggedPart> parts, bool updatesAlone, bool divisible)
    {
        var changes = parts.Where(part => part.Operation == "update" || part.Operation == "delete" && !updatesAlone);
        var inserts = parts.Where(part => part.Operation == "insert" && !updatesAlone);
        return [.. Divide(changes, SegmentRangeKind.LoggedChanges, divisible), .. Divide(inserts, SegmentRangeKind.LoggedInserts, divisible)];
    }

    static List<SegmentRange> Divide(IEnumerable<LoggedPart> parts, SegmentRangeKind kind, bool divisible)
    {
        var ranges = new List<SegmentRange>();
        foreach (var part in parts.Reverse())
        {
            if (ranges.Count > 0 && (!divisible || ranges[^1].Entries + part.Rows <= EntriesInSegment))
                ranges[^1] = ranges[^1] with { FirstSeq = part.Seq, Entries = ranges[^1].Entries + part.Rows };
            else
                ranges.Add(new SegmentRange { Kind = kind, FirstSeq = part.Seq, LastSeq = part.Seq, Entries = part.Rows });
        }

        return ranges;
    }
}
