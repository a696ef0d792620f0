namespace Headgate.Connectors.Undoing;

/// <summary>
/// A part of the log that is undone at a time. All segments of a lower generation, of whatever object, come before those of a higher one:
/// each row was written once in a generation. In a generation those that put rows and values back come first, parents before children, then
/// those that delete rows, children before parents; those of one object and kind in any order, also at once.
/// </summary>
/// <param name="Range">The entries.</param>
/// <param name="Generation">From 0, the newest; numbered across the objects that were planned together.</param>
public sealed record UndoSegment(Sources.SegmentRange Range, int Generation)
{
    /// <summary>Whether it deletes what was inserted; else it puts back what was changed or deleted.</summary>
    public bool Deletes => Range.Kind is Sources.SegmentRangeKind.LoggedInserts;
}
