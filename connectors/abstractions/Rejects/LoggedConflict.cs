namespace Headgate.Connectors.Rejects;

/// <summary>Why a rollback has left a record as it is.</summary>
/// <param name="Kind">changed, gone, taken or referred.</param>
/// <param name="Fields">The fields that the rollback is about.</param>
public sealed record LoggedConflict(string Kind, IReadOnlyList<ConflictingField> Fields);
