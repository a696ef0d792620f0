namespace Headgate.Connectors.Sources;

/// <summary>How the records of a segment are named.</summary>
public enum SegmentRangeKind
{
    /// <summary>By physical blocks, under the snapshot.</summary>
    Blocks,

    /// <summary>By cursor and key, or key alone: so many after a given one; the next range is known once this one was read.</summary>
    Chain,

    /// <summary>All records with a null cursor.</summary>
    NullCursors,

    /// <summary>Whichever records come first, so many: of a sample.</summary>
    Any,

    /// <summary>Of the change log of a job that is rolled back: what it changed or deleted, in a range of the log's numbers.</summary>
    LoggedChanges,

    /// <summary>The same, what it inserted.</summary>
    LoggedInserts,
}
