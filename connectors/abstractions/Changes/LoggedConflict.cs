namespace Headgate.Connectors.Changes;

/// <summary>Why and how far a row is not what a rollback expects it to be.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Fields">The fields that the rollback is about.</param>
public sealed record LoggedConflict(ConflictKind Kind, IReadOnlyList<ConflictField> Fields);
