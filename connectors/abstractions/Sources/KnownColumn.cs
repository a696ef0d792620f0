namespace Headgate.Connectors.Sources;

/// <summary>A column that an earlier run read.</summary>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Type">Its type then.</param>
/// <param name="Identity">What told it from another one that takes its name; null: not known.</param>
public sealed record KnownColumn(string Name, FieldType Type, string? Identity = null);
