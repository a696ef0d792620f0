using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>
/// Finds the reads in a rollback's own log. Of a job that may have written a row several times it has undone one read after the other, all in one
/// attempt, and so has written the row several times itself.
/// </summary>
static class UndoneReads
{
    // All of a job is one read where it had one attempt, and each of its segments was written to its end: nothing was read again. Columns that came
    // later are asked for so that their lack is no error.
    const string Sql = """
        SELECT NOT (
            (SELECT count(DISTINCT o.attempt) = 1 AND bool_and(pg_catalog.to_jsonb(o) ->> 'of_job_id' IS NULL)
             FROM headgate.job_object o WHERE o.job_id = undone.id)
            AND coalesce((
                SELECT bool_and(whole AND segments = last + 1) FROM (
                    SELECT count(*) AS segments, max(segment_no) AS last, bool_and(next_row >= rows) AS whole
                    FROM headgate.ledger WHERE job_id = undone.id AND segment_no >= 0 GROUP BY object_no) l), false))
        FROM (SELECT DISTINCT (pg_catalog.to_jsonb(o) ->> 'of_job_id')::uuid AS id FROM headgate.job_object o WHERE o.job_id = $1) undone
        WHERE undone.id IS NOT NULL
        """;

    /// <returns>Whether what a rollback has undone may have been several reads; null: the job is no rollback.</returns>
    public static async Task<bool?> AreSeveralAsync(NpgsqlConnection connection, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = jobId } } };
        return (bool?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>
    /// Where one read was undone and the next was not begun is not kept. But then all segments before, of whatever object, have lower numbers than those
    /// behind. Where that may be so, it is taken to be so: what came later is undone before what came earlier, which is always right, and slower.
    /// </summary>
    /// <param name="objects">The parts of each object, by their numbers.</param>
    /// <returns>For each object its parts by attempt and read, oldest first; reads are numbered across the objects.</returns>
    public static IReadOnlyList<IReadOnlyList<((int Attempt, int Read) Place, IReadOnlyList<LoggedPart> Parts)>> Divide(
        IReadOnlyList<IReadOnlyList<LoggedPart>> objects)
    {
        var reads = objects.Select(_ => new List<((int, int), IReadOnlyList<LoggedPart>)>()).ToList();
        foreach (var attempt in objects.SelectMany(parts => parts.Select(part => part.Attempt)).Distinct().Order())
        {
            var parts = objects.Select(all => all.Where(part => part.Attempt == attempt).ToList()).ToList();
            foreach (var (no, found) in Number(parts).Index())
            {
                foreach (var read in parts[no].Zip(found).GroupBy(each => each.Second))
                    reads[no].Add(((attempt, read.Key), [.. read.Select(each => each.First)]));
            }
        }

        return reads;
    }

    /// <summary>Of each object's parts in an attempt the read that each is of.</summary>
    static List<List<int>> Number(List<List<LoggedPart>> objects)
    {
        var open = objects.ConvertAll(OpenBehind);
        var numbers = objects.ConvertAll(_ => new List<int>());
        var (read, opened, isFirst) = (0, 0, true);
        foreach (var no in objects.SelectMany((parts, no) => parts.Select(part => (part.Seq, no))).Order().Select(each => each.no))
        {
            if (opened == 0 && !isFirst) read++;
            isFirst = false;
            var at = numbers[no].Count;
            if (at > 0 && open[no][at - 1]) opened--;
            if (open[no][at]) opened++;
            numbers[no].Add(read);
        }

        return numbers;
    }

    /// <summary>Whether behind a part something comes of a segment that was begun by then, or of one before such.</summary>
    static bool[] OpenBehind(List<LoggedPart> parts)
    {
        var highest = new int[parts.Count];
        for (var at = 0; at < parts.Count; at++) highest[at] = at == 0 ? parts[0].Segment : Math.Max(highest[at - 1], parts[at].Segment);
        var open = new bool[parts.Count];
        var lowestBehind = int.MaxValue;
        for (var at = parts.Count - 1; at >= 0; at--)
        {
            open[at] = lowestBehind <= highest[at];
            lowestBehind = Math.Min(lowestBehind, parts[at].Segment);
        }

        return open;
    }
}
