namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>A column of a destination's table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as it is declared, with its modifier.</param>
/// <param name="Generated">Whether the table computes it.</param>
/// <param name="Shape">How its values are compared and put into words.</param>
sealed record TableField(string Name, string Type, bool Generated, FieldShape Shape);
