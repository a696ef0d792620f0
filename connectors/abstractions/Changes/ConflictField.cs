namespace Headgate.Connectors.Changes;

/// <summary>A field of a row that a rollback has left as it is, in three values as text.</summary>
/// <param name="Field">The destination field.</param>
/// <param name="Before">What the job replaced.</param>
/// <param name="Written">What the job wrote.</param>
/// <param name="Now">What it held when the rollback came to it.</param>
public readonly record struct ConflictField(string Field, string? Before, string? Written, string? Now);
