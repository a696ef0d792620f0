namespace Headgate.Connectors.Sources;

/// <summary>A column that an earlier run read.</summary>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Type">Its type then.</param>
public sealed record KnownColumn(string Name, FieldType Type);
