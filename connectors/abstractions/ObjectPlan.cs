using Headgate.Connectors.Undoing;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors;

/// <summary>How one object is read and written; made while preparing, kept for the whole attempt.</summary>
public sealed record ObjectPlan
{
    /// <summary>The object's number in the pipeline file, from 0.</summary>
    public required int ObjectNo { get; init; }

    /// <summary>The source object in SQL spelling, quoted where needed.</summary>
    public required string From { get; init; }

    /// <summary>The destination object in SQL spelling, quoted where needed.</summary>
    public required string To { get; init; }

    /// <summary>The mapped fields, in the order in which they are staged.</summary>
    public required IReadOnlyList<FieldPlan> Fields { get; init; }

    /// <summary>Positions in <see cref="Fields"/> of the key, in the order of the pipeline file.</summary>
    public required IReadOnlyList<int> Key { get; init; }

    /// <summary>The cursor's source column; null: none.</summary>
    public SourceColumn? Cursor { get; init; }

    /// <summary>The source's condition; null: all records.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether the source has ranges of physical blocks to divide a full read by.</summary>
    public required bool Blocks { get; init; }

    /// <summary>Whether an index of the source guarantees that the key is unique and never null.</summary>
    public required bool KeyGuaranteed { get; init; }

    /// <summary>Objects load in rising order, parents before children.</summary>
    public required int Level { get; init; }

    /// <summary>Whether staged records may be copied straight into the table while it is empty.</summary>
    public required bool DirectCopy { get; init; }

    /// <summary>Whether rows can be told apart by their physical position: false for partitioned tables.</summary>
    public required bool SingleTable { get; init; }

    /// <summary>
    /// The destination object whose place <see cref="To"/> takes once it is loaded, in SQL spelling; null: records go where they belong.
    /// </summary>
    public string? Replaces { get; init; }

    /// <summary>
    /// What the object in <see cref="Replaces"/> consisted of when it was planned, each part by its name, so that a change of it after
    /// that is not lost unseen. Null: not known, of plans from before it was kept.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Replaced { get; init; }

    /// <summary>Which read of the object in its attempt this is: its first segment's number.</summary>
    public int ReadNo { get; init; }

    /// <summary>
    /// What becomes of the destination's records that this read does not bring. Other than keep, of full reads only: each batch notes the keys
    /// that it brings.
    /// </summary>
    public OnVanished Vanished { get; init; }

    /// <summary>
    /// The destination field that says since when a record is gone from the source, emptied where one comes back; null: there is none.
    /// </summary>
    public string? Mark { get; init; }

    /// <summary>
    /// Whether the source object, or a column of it, is another one than the last completed run read: what it does not have may be yet to come, and
    /// counts for nothing.
    /// </summary>
    public bool SourceReplaced { get; init; }

    /// <summary>
    /// Whether all is to be read, whatever was read before: the destination object, or a field of it, is not there, and the changes create it;
    /// or the source object, or a column of it, is another one than it was.
    /// </summary>
    public bool New { get; init; }

    /// <summary>
    /// Whether it is logged of each change which version of its record it replaced: the destination object has fields that no record brings and
    /// that fill themselves, so that only its versions show whether somebody else has written one. Default: false.
    /// </summary>
    public bool LogsVersions { get; init; }

    /// <summary>Of a rollback: what is undone, in place of records that are written. Null: it is none.</summary>
    public UndoPlan? Undo { get; init; }

    /// <summary>What must change at the destination before the first record is written.</summary>
    public required IReadOnlyList<PlannedChange> Changes { get; init; }

    /// <summary>The source's own estimate; -1: unknown.</summary>
    public required long EstimatedRows { get; init; }
}
