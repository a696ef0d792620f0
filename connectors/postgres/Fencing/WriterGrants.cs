using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>
/// What the role that writes may do in schema headgate: read the fence and what repairs were asked for, keep the ledger, add to the rest, and put
/// there tables that it has replaced. Nothing is granted that is there already, because GRANT rewrites catalog rows that other transactions may be
/// rewriting too.
/// </summary>
static class WriterGrants
{
    static readonly (string Table, string[] Rights)[] Needed =
    [
        ("fence", ["SELECT"]),
        ("ledger", ["SELECT", "INSERT", "UPDATE"]),
        ("batch", ["SELECT", "INSERT"]),
        ("change", ["SELECT"]),
        ("change_block", ["SELECT", "INSERT"]),
        ("change_group", ["SELECT", "INSERT"]),
        ("full_read", ["SELECT", "INSERT", "UPDATE"]),
        ("job_object", ["SELECT", "INSERT"]),
        ("rejected", ["SELECT", "INSERT", "UPDATE", "DELETE"]),
        ("selection", ["SELECT"]),
        ("seen_key", ["SELECT", "INSERT", "DELETE"]),
        ("schema_change", ["SELECT", "INSERT"]),
        ("changes", ["SELECT"]),
        ("table_swap", ["SELECT", "INSERT", "UPDATE"]),
    ];

    /// <summary>Where blocks of the log get their number: unlike that of an identity column, it takes a right.</summary>
    const string Numbers = "headgate.change_group_seq_seq";

    /// <summary>Refuses a writer whose backends a force stop could not terminate; the fence's own role can always end its own.</summary>
    public static async Task RefuseUntouchableAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string writer, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT w.rolname = current_user OR me.rolsuper
                OR NOT w.rolsuper AND (pg_catalog.pg_has_role(current_user, 'pg_signal_backend', 'USAGE')
                                       OR pg_catalog.pg_has_role(current_user, w.oid, 'USAGE'))
            FROM pg_catalog.pg_roles w, pg_catalog.pg_roles me WHERE w.rolname = $1 AND me.rolname = current_user
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = writer });
        switch (await command.ExecuteScalarAsync(cancellationToken))
        {
            case true: return;
            case false:
                throw PostgresProblem.Of("cannot-terminate",
                    $"The fence's role may not terminate backends of role \"{writer}\": grant it pg_signal_backend. A writer is no superuser.");
            default:
                throw PostgresProblem.Of("role-missing", $"The destination has no role \"{writer}\".");
        }
    }

    public static async Task GrantAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string writer, CancellationToken cancellationToken)
    {
        if (await HasAllAsync(connection, transaction, writer, cancellationToken)) return;
        await using var granting = new NpgsqlBatch(connection, transaction);
        granting.BatchCommands.Add(new NpgsqlBatchCommand($"SELECT pg_catalog.pg_advisory_xact_lock({LockClass.Schema}, 0)"));
        var role = Catalog.SqlText.Identifier(writer);
        granting.BatchCommands.Add(new NpgsqlBatchCommand($"GRANT USAGE, CREATE ON SCHEMA headgate TO {role}"));
        foreach (var (table, rights) in Needed)
            granting.BatchCommands.Add(new NpgsqlBatchCommand($"GRANT {string.Join(", ", rights)} ON headgate.{table} TO {role}"));
        granting.BatchCommands.Add(new NpgsqlBatchCommand($"GRANT USAGE ON SEQUENCE {Numbers} TO {role}"));
        await granting.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<bool> HasAllAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string writer, CancellationToken cancellationToken)
    {
        var checks = Needed.SelectMany(n => n.Rights.Select(r => $"pg_catalog.has_table_privilege($1, 'headgate.{n.Table}', '{r}')"));
        var sql = $"""
            SELECT $1 = current_user OR pg_catalog.has_schema_privilege($1, 'headgate', 'USAGE')
                AND pg_catalog.has_schema_privilege($1, 'headgate', 'CREATE') AND pg_catalog.has_sequence_privilege($1, '{Numbers}', 'USAGE')
                AND {string.Join(" AND ", checks)}
            """;
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = writer, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Name });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
