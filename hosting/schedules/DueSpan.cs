namespace Headgate.Schedules;

/// <summary>Runs that come due one after the other.</summary>
/// <param name="Count">How many.</param>
/// <param name="First">When the first of them comes due.</param>
/// <param name="BeforeLast">When the one before the last does; of one alone: when that one does.</param>
/// <param name="Last">When the last of them comes due.</param>
public sealed record DueSpan(int Count, DateTimeOffset First, DateTimeOffset BeforeLast, DateTimeOffset Last)
{
    /// <summary>One more, behind the others; null: there is none yet.</summary>
    public static DueSpan Add(DueSpan? span, DateTimeOffset due) =>
        span is null ? new DueSpan(1, due, due, due) : new DueSpan(span.Count + 1, span.First, span.Last, due);
}
