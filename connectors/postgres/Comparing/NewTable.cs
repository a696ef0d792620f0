using Headgate.Connectors.Comparing;
using Headgate.Connectors.Records;
using Npgsql;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>A table that is not there yet: all its records are new. The first ones are taken nevertheless, to be shown.</summary>
sealed class NewTable
{
    const string Nothing = "(SELECT CAST(NULL AS pg_catalog.tid) AS ctid WHERE false)";

    /// <summary>Of more records at a time none is taken: the first ones come in small batches.</summary>
    const int Most = 100;

    readonly NpgsqlConnection _connection;
    readonly ObjectPlan _plan;
    readonly ComparisonStatements _statements;
    bool _isOver;

    NewTable(NpgsqlConnection connection, ObjectPlan plan, ComparisonStatements statements) =>
        (_connection, _plan, _statements) = (connection, plan, statements);

    /// <param name="connection">In its transaction, which is read-only from then on.</param>
    /// <param name="plan">The object.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<NewTable> PrepareAsync(NpgsqlConnection connection, ObjectPlan plan, CancellationToken cancellationToken)
    {
        var statements = new ComparisonStatements(plan, Nothing, [], await KnownTypes.ReadAsync(connection, plan, cancellationToken));
        await TableComparison.ExecuteAsync(connection, [.. statements.Prepare, "SET TRANSACTION READ ONLY"], cancellationToken);
        return new NewTable(connection, plan, statements);
    }

    public async Task AddAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        if (_isOver || batch.Rows > Most) return;
        _isOver = true;
        try
        {
            await TableComparison.StageAsync(_connection, _statements, batch, cancellationToken);
            await TableComparison.ExecuteAsync(_connection, [_statements.Compare], cancellationToken);
        }
        catch (PostgresException)
        {
            // A value may be of a type that is yet to be made. Such records are counted like the others, and not shown.
        }
    }

    public Task<IReadOnlyList<SampledRecord>> SampleAsync(SampleOrder order, CancellationToken cancellationToken) =>
        FoundRecords.SampleAsync(_connection, _plan, order, cancellationToken);
}
