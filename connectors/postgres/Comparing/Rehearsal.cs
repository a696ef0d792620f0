using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Records;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>
/// Runs the writes of records where only the server can tell whether it would take them, and rolls them back: there is no commit here, and so
/// no fence is asked. It waits for nobody, and holds what it locks for no longer than a batch would.
/// </summary>
sealed class Rehearsal
{
    const string Limits = """
        SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
            ('lock_timeout', '100ms'), ('statement_timeout', '5s'), ('idle_in_transaction_session_timeout', '5s')) AS s (name, value)
        """;

    readonly NpgsqlDataSource _dataSource;
    readonly ObjectPlan _plan;
    readonly UpsertStatements? _statements;
    readonly string? _unfit;

    Rehearsal(NpgsqlDataSource dataSource, ObjectPlan plan, UpsertStatements? statements, string? unfit) =>
        (_dataSource, _plan, _statements, _unfit) = (dataSource, plan, statements, unfit);

    /// <param name="dataSource">Where.</param>
    /// <param name="connection">A session that holds the table's columns still.</param>
    /// <param name="plan">The object.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Rehearsal> PlanAsync(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, ObjectPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Changes.Count > 0 || plan.Replaces is not null)
            return new Rehearsal(dataSource, plan, null, "its shape is to be changed first");
        if (await UnfitAsync(connection, plan, cancellationToken) is { } unfit) return new Rehearsal(dataSource, plan, null, unfit);
        var fields = FieldShapes.Of(plan, await FieldShapes.ReadAsync(connection, plan.To, cancellationToken));
        return new Rehearsal(dataSource, plan, new UpsertStatements(plan, fields), null);
    }

    /// <returns>Null: the records would be written; else why that is not known.</returns>
    /// <exception cref="PostgresException">Of class 22 or 23: one of them would be rejected.</exception>
    public async Task<string?> RunAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        if (_statements is null) return $"Writes to {_plan.To} were not tried: {_unfit}.";
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
            await WriteAsync(connection, _statements, batch, cancellationToken);
            await transaction.RollbackAsync(CancellationToken.None);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await FencedTransaction.EndAsync(connection);
            var held = await TableLocks.WaitingForAsync(_dataSource, [_plan.To], "a try of the write", TableLocks.AgainstWriters, cancellationToken);
            return held.Problem.Sentence;
        }
        catch (PostgresException e) when (e.SqlState[..2] is not ("22" or "23" or "08"))
        {
            return PostgresProblem.From(e, $"Writes to {_plan.To} were tried in vain").Problem.Sentence;
        }
        finally
        {
            await FencedTransaction.EndAsync(connection);
        }
    }

    static async Task WriteAsync(NpgsqlConnection connection, UpsertStatements statements, IRecordBatch batch, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, [WriterSettings.Sql, Limits, .. statements.Prepare], cancellationToken);
        await TupleStream.CopyAsync(connection, statements.Copy, batch, observe: null, cancellationToken);
        IEnumerable<string> cast = statements.Cast is { } one ? [one] : [];
        await ExecuteAsync(connection, [.. cast, .. statements.Unlogged, "SET CONSTRAINTS ALL IMMEDIATE"], cancellationToken);
    }

    /// <summary>A sequence is not rolled back, nor is what a trigger does elsewhere.</summary>
    static async Task<string?> UnfitAsync(NpgsqlConnection connection, ObjectPlan plan, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE tree (oid) AS (
                SELECT pg_catalog.to_regclass($1)::oid
                UNION SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid)
            SELECT pg_catalog.to_regclass($1) IS NULL,
                   EXISTS (SELECT FROM tree JOIN pg_catalog.pg_trigger g ON g.tgrelid = tree.oid WHERE NOT g.tgisinternal AND g.tgenabled <> 'D'),
                   EXISTS (
                       SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
                       LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                       WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                         AND NOT a.attname = ANY ($2)
                         AND (a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), y.typdefault) ~* 'nextval|setval'
                              OR EXISTS (SELECT FROM pg_catalog.pg_depend p WHERE p.classid = 'pg_catalog.pg_attrdef'::regclass AND p.objid = d.oid
                                         AND p.refclassid = 'pg_catalog.pg_proc'::regclass)))
            """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = plan.To },
                new NpgsqlParameter { Value = plan.Fields.Select(f => f.Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2)) switch
        {
            (true, _, _) => "it is not there",
            (_, true, _) => "it has triggers, which would run",
            (_, _, true) => "it has columns that are not mapped and get values of a sequence or function, which would move on",
            _ => null,
        };
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
