namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>A foreign key that refers to a table, or to a part of it.</summary>
/// <param name="Constraint">Its name.</param>
/// <param name="Table">The table whose rows refer, in SQL spelling.</param>
/// <param name="Pairs">The columns referred to, the operator and the column that refers, in SQL spelling.</param>
/// <param name="IsOwn">Whether rows of the table refer to others of it.</param>
/// <param name="Carries">Whether a delete would delete or change the rows that refer.</param>
/// <param name="Visible">Whether the role sees all those rows.</param>
sealed record Referrer(
    string Constraint, string Table, IReadOnlyList<(string Referred, string Operator, string Referring)> Pairs, bool IsOwn, bool Carries,
    bool Visible)
{
    /// <summary>SQL: another row than the one with the first alias refers to that one.</summary>
    public string Match(string referred, string referring) =>
        string.Join(" AND ", Pairs.Select(p => $"{referred}.{p.Referred} {p.Operator} {referring}.{p.Referring}"))
            + (IsOwn ? $" AND ({referring}.tableoid, {referring}.ctid) IS DISTINCT FROM ({referred}.tableoid, {referred}.ctid)" : "");
}
