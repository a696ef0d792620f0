namespace Headgate.Connectors.Changes;

/// <summary>A changed field of a record.</summary>
/// <param name="Field">The destination field.</param>
/// <param name="Before">What was replaced, as text; null: null, and of an insert.</param>
/// <param name="After">What was written, as text; null: null, and of a delete.</param>
/// <param name="Cut">The whole length in bytes of the longer one, where they are not given whole; 0: they are.</param>
public readonly record struct LoggedField(string Field, string? Before, string? After, long Cut = 0);
