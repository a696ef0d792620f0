namespace Headgate.Connectors.Conformance;

/// <summary>A record of the object that a conformance test reads.</summary>
/// <param name="Id">The key, a 32-bit integer.</param>
/// <param name="Changed">The cursor.</param>
/// <param name="Note">Text of any length.</param>
public sealed record ConformanceRow(int Id, DateTimeOffset Changed, string Note = "");
