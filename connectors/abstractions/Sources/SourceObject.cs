namespace Headgate.Connectors.Sources;

/// <summary>A source object as it is now.</summary>
public sealed record SourceObject
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>In SQL spelling, quoted where needed.</summary>
    public required string Name { get; init; }

    /// <summary>All columns in the object's order.</summary>
    public required IReadOnlyList<SourceColumn> Columns { get; init; }

    /// <summary>
    /// As the last completed run read it: what is incompatible with that keeps the object out of a run. Null: not known, as of an object that
    /// is new.
    /// </summary>
    public KnownObject? Known { get; init; }

    /// <summary>Sets of columns that an index keeps unique and that cannot be null.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> UniqueKeys { get; init; }

    /// <summary>
    /// It, and all that hold rows of it, by names that are told from those of any other system: a destination is none of them. Default: empty,
    /// not known.
    /// </summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>Whether a full read can be divided by ranges of physical blocks.</summary>
    public required bool Blocks { get; init; }

    /// <summary>The source's own estimate; -1: unknown.</summary>
    public required long EstimatedRows { get; init; }
}
