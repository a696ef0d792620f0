namespace Headgate.Connectors.Postgres.Planning;

/// <summary>A table through which rows of an object are written too: a partition or child of its own, or what that is one of.</summary>
/// <param name="Name">The table.</param>
/// <param name="Writer">Who writes it, in words.</param>
sealed record SharedTable(string Name, string Writer)
{
    /// <summary>The end of a sentence.</summary>
    public string Refusal(string table) =>
        $"rows of destination table {table} are written through {Name} too, by {Writer}, and would count as vanished; "
        + "onVanished must be keep";
}
