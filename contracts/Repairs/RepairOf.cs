namespace Headgate.Contracts.Repairs;

/// <summary>
/// What a replay or rollback repairs: the job whose writes it goes by, and how much of them. Which keys are chosen stands at the
/// destination, since they are values of records.
/// </summary>
public sealed record RepairOf
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Only of this object: its destination table, in SQL spelling. Null: of all.</summary>
    public string? Object { get; init; }

    /// <summary>
    /// Of a rollback, only these destination fields: others keep what they have, and inserted rows stay. Default: all, and those rows
    /// are deleted.
    /// </summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>
    /// Whether only the records with the keys in headgate.selection at the destination are meant. Default: all that the job touched.
    /// </summary>
    public bool HasKeys { get; init; }
}
