namespace Headgate.IngestWorker.Comparing;

/// <summary>
/// Which records of an object a canary looks at: the first ones, since a mistake shows in all of them, and runs from anywhere, since the first
/// are the oldest. Out of few files, as each is read from end to end before a record of it is used.
/// </summary>
static class CanarySample
{
    const int Files = 3;
    const int First = 200;
    const int Run = 100;

    /// <param name="rows">The records of each of the object's staged files.</param>
    /// <param name="sample">How many records at most; 0: all.</param>
    /// <param name="seed">The same records are found again by it.</param>
    /// <returns>In the order of the files.</returns>
    public static IReadOnlyList<SampledRun> Of(IReadOnlyList<long> rows, int sample, int seed)
    {
        if (sample == 0) return [.. Enumerable.Range(0, rows.Count).SelectMany(file => Cut(file, 0, rows[file]))];
        if (rows.Count == 0) return [];
        var random = new Random(seed);
        var others = Enumerable.Range(1, rows.Count - 1).ToArray();
        random.Shuffle(others);
        var first = (int)Math.Min(Math.Min(First, sample), rows[0]);
        var runs = new List<SampledRun> { new(0, 0, first) };
        var rest = new[] { 0 }.Concat(others.Take(Files - 1)).SelectMany(file => Cut(file, file == 0 ? first : 0, rows[file])).ToArray();
        random.Shuffle(rest);
        var left = sample - first;
        foreach (var run in rest)
        {
            if (left <= 0) break;
            runs.Add(run with { Rows = Math.Min(run.Rows, left) });
            left -= run.Rows;
        }

        return [.. runs.OrderBy(run => run.Segment).ThenBy(run => run.FirstRow)];
    }

    static IEnumerable<SampledRun> Cut(int file, long from, long to)
    {
        for (; from < to; from += Run) yield return new SampledRun(file, from, (int)Math.Min(Run, to - from));
    }
}
