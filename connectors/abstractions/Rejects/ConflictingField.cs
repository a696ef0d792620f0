namespace Headgate.Connectors.Rejects;

/// <summary>A field of a record that a rollback has left as it is, as text; null: null, or the record was not there.</summary>
/// <param name="Name">The field.</param>
/// <param name="Before">What the job replaced.</param>
/// <param name="Written">What the job wrote.</param>
/// <param name="Now">What it holds now.</param>
public sealed record ConflictingField(string Name, string? Before, string? Written, string? Now);
