using Headgate.Connectors.Comparing;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Records;
using Headgate.Contracts.Comparing;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>
/// A comparison with a table, in a transaction that makes its temporary tables, is read-only from then on, which nothing in it can undo, and
/// is rolled back. No fence: there is nothing that could commit.
/// </summary>
sealed class TableComparison : IComparison
{
    readonly NpgsqlDataSource _dataSource;
    readonly ObjectPlan _plan;
    readonly string _table;
    readonly ComparisonStatements? _statements;
    readonly NewTable? _new;
    Rehearsal? _rehearsal;
    long _rows;

    /// <param name="dataSource">Where.</param>
    /// <param name="connection">In its transaction.</param>
    /// <param name="plan">The object.</param>
    /// <param name="table">What it is compared with.</param>
    /// <param name="statements">Null: the table is not there yet.</param>
    /// <param name="isNew">Where it is not, its records.</param>
    TableComparison(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, ObjectPlan plan, string table, ComparisonStatements? statements, NewTable? isNew)
    {
        _dataSource = dataSource;
        Connection = connection;
        _plan = plan;
        _table = table;
        _statements = statements;
        _new = isNew;
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Null: the table is not there yet.</summary>
    public ComparisonStatements? Statements => _statements;

    /// <param name="dataSource">Where.</param>
    /// <param name="plan">The object.</param>
    /// <param name="byKeys">Whether it is compared record by record, and not counted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<TableComparison> OpenAsync(
        NpgsqlDataSource dataSource, ObjectPlan plan, bool byKeys, CancellationToken cancellationToken)
    {
        // A table that is to be replaced is compared with as long as it stands.
        var table = plan.Replaces ?? plan.To;
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
            var statements = await PrepareAsync(connection, plan, table, byKeys, cancellationToken);
            var isNew = statements is null && !byKeys ? await NewTable.PrepareAsync(connection, plan, cancellationToken) : null;
            return new TableComparison(dataSource, connection, plan, table, statements, isNew);
        }
        catch (Exception error)
        {
            await FencedTransaction.EndAsync(connection);
            if (error is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }) throw;
            throw await TableLocks.WaitingForAsync(dataSource, [table], "a comparison", TableLocks.AgainstReaders, cancellationToken);
        }
    }

    public Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken) => WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
    {
        if (_statements is not null) await StageAsync(Connection, _statements, batch, cancellationToken);
        else if (_new is not null) await _new.AddAsync(batch, cancellationToken);
        _rows += batch.Rows;
    });

    public async Task<string?> RehearseAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        string? unknown = null;
        await WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
        {
            _rehearsal ??= await Rehearsal.PlanAsync(_dataSource, Connection, _plan, cancellationToken);
            unknown = await _rehearsal.RunAsync(batch, cancellationToken);
        });
        return unknown;
    }

    public async Task<ObjectFindings> FindAsync(CancellationToken cancellationToken)
    {
        var findings = new ObjectFindings
        {
            ObjectNo = _plan.ObjectNo,
            Rows = _rows,
            Inserts = _rows,
            Updates = 0,
            Unchanged = 0,
            Rejected = 0,
            DestinationRows = 0,
            Fields = [.. Others().Select(i => Field(i))],
        };
        await WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
        {
            if (_statements is not null) findings = await FindAsync(_statements, findings, cancellationToken);
        });
        return findings;
    }

    public async Task<IReadOnlyList<SampledRecord>> SampleAsync(SampleOrder order, CancellationToken cancellationToken)
    {
        IReadOnlyList<SampledRecord> records = [];
        await WriteProblem.GuardAsync(_plan, directCopy: false, async () =>
        {
            records = _new is null ? await FoundRecords.SampleAsync(Connection, _plan, order, cancellationToken)
                : await _new.SampleAsync(order, cancellationToken);
        });
        return records;
    }

    public ValueTask DisposeAsync() => new(FencedTransaction.EndAsync(Connection));

    static async Task<ComparisonStatements?> PrepareAsync(
        NpgsqlConnection connection, ObjectPlan plan, string table, bool byKeys, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, [WriterSettings.Sql, "SET LOCAL lock_timeout TO '2s'"], cancellationToken);
        if ((await FieldShapes.ReadAsync(connection, table, cancellationToken)).Count == 0) return null;
        // Who reads a table locks it against every change of its columns, up to the transaction's end.
        await ExecuteAsync(connection, [$"SELECT 1 FROM ONLY {table} WHERE false"], cancellationToken);
        var present = await FieldShapes.ReadAsync(connection, table, cancellationToken);
        var statements = new ComparisonStatements(plan, table, present, await KnownTypes.ReadAsync(connection, plan, cancellationToken), byKeys);
        await ExecuteAsync(connection, [.. statements.Prepare, "SET TRANSACTION READ ONLY"], cancellationToken);
        return statements;
    }

    /// <summary>A savepoint does here, where nothing is written: a record that does not fit takes away no more than its batch.</summary>
    public static async Task StageAsync(
        NpgsqlConnection connection, ComparisonStatements statements, IRecordBatch batch, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, ["SAVEPOINT batch"], cancellationToken);
        try
        {
            await TupleStream.CopyAsync(connection, statements.Copy, batch, observe: null, cancellationToken);
            if (statements.Cast.Count > 0) await ExecuteAsync(connection, statements.Cast, cancellationToken);
        }
        catch (PostgresException)
        {
            await ExecuteAsync(connection, ["ROLLBACK TO SAVEPOINT batch", "RELEASE SAVEPOINT batch"], cancellationToken);
            throw;
        }

        await ExecuteAsync(connection, ["RELEASE SAVEPOINT batch"], cancellationToken);
    }

    async Task<ObjectFindings> FindAsync(ComparisonStatements statements, ObjectFindings findings, CancellationToken cancellationToken)
    {
        var others = Others().ToArray();
        await using var batch = new NpgsqlBatch(Connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(statements.Compare));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ComparisonStatements.Count));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(statements.Held) { Parameters = { new NpgsqlParameter<string> { TypedValue = _table } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ComparisonStatements.CountFields)
        {
            Parameters =
            {
                new NpgsqlParameter { Value = others.Select(i => i + 1).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (rows, inserts, updates) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        if (rows != _rows) throw new InvalidOperationException($"Of {_rows} records {rows} were compared.");
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        // An estimate from before the first row says nothing about how many came after it.
        var held = !reader.GetBoolean(0) ? 0 : reader.GetInt64(1) > 0 ? reader.GetInt64(1) : -1;
        await reader.NextResultAsync(cancellationToken);
        var fields = new List<FieldFindings>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fields.Add(Field(
                others[fields.Count], reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));
        }

        return findings with
        {
            Inserts = inserts,
            Updates = updates,
            Unchanged = rows - inserts - updates,
            DestinationRows = held,
            Fields = fields,
        };
    }

    IEnumerable<int> Others() => Enumerable.Range(0, _plan.Fields.Count).Where(i => !_plan.Key.Contains(i));

    FieldFindings Field(int at, long changed = 0, long nulled = 0, long filled = 0, long overwritten = 0, long same = 0, long sameBefore = 0) => new()
    {
        Field = _plan.Fields[at].Name,
        Changed = changed,
        Nulled = nulled,
        NonNullBefore = filled,
        Overwritten = overwritten,
        Same = same,
        SameBefore = sameBefore,
    };

    public static async Task ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<string> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
