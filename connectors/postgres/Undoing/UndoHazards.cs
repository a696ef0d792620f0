using Npgsql;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>What else happens when rows of a table are deleted, and which of its rows the role may see and delete.</summary>
/// <param name="RowSecurity">Policies apply to the role.</param>
/// <param name="MayDelete">The role may lock and delete rows.</param>
/// <param name="DeleteRule">A rule on delete.</param>
/// <param name="DeleteTrigger">A trigger on delete.</param>
/// <param name="Hidden">A foreign key that carries deletes on to rows that the role cannot see.</param>
sealed record UndoHazards(bool RowSecurity, bool MayDelete, string? DeleteRule, string? DeleteTrigger, Referrer? Hidden)
{
    // Bit 8 of tgtype: delete.
    const string Sql = """
        WITH RECURSIVE tree(oid) AS (
            SELECT pg_catalog.to_regclass($1)::oid
            UNION
            SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
        SELECT pg_catalog.row_security_active($1),
               pg_catalog.has_table_privilege($1, 'DELETE') AND pg_catalog.has_any_column_privilege($1, 'UPDATE'),
               (SELECT min(rulename::text) FROM pg_catalog.pg_rewrite
                WHERE ev_class IN (SELECT oid FROM tree) AND ev_type = '4' AND ev_enabled IN ('O', 'A')),
               (SELECT min(tgname::text) FROM pg_catalog.pg_trigger
                WHERE tgrelid IN (SELECT oid FROM tree) AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 8 <> 0)
        """;

    public static async Task<UndoHazards> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var referrers = await Referrers.ReadAsync(connection, table, cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new UndoHazards(
            reader.GetBoolean(0), reader.GetBoolean(1), reader.IsDBNull(2) ? null : reader.GetString(2),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            referrers.FirstOrDefault(r => r is { Visible: false, Carries: true }));
    }
}
