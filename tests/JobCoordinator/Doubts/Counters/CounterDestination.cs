using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>As a worker writes to it. Nothing is rejected there, and nothing has a shape.</summary>
sealed class CounterDestination(CounterConnection connection) : IDestination
{
    public Task<IReadOnlyList<long?>> EstimateAsync(IReadOnlyList<ObjectDefinition> objects, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<long?>>([.. objects.Select(_ => (long?)null)]);

    public Task<string> RoleAsync(CancellationToken cancellationToken) => Task.FromResult("sender");

    public Task<IReadOnlyList<ObjectPlan>> PlanAsync(
        IReadOnlyList<(SourceObject Source, ObjectDefinition Definition)> objects, WriteOptions options, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ObjectPlan>>([.. objects.Select(entry => PlanOf(entry.Source, entry.Definition))]);

    public Task<IReadOnlyList<int>?> ApplyChangesAsync(JobTicket ticket, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>?>([]);

    public async Task<IBatchTransaction> BeginBatchAsync(SegmentTicket ticket, ObjectPlan plan, CancellationToken cancellationToken)
    {
        var job = ticket.Job;
        object[] which = [job.JobId, job.Attempt, ticket.ObjectNo, ticket.SegmentNo];
        await connection.ExecuteAsync(
            "insert into ledger (job_id, attempt, object_no, segment_no, rows) values ($1, $2, $3, $4, $5) on conflict do nothing", [.. which, ticket.Rows]);
        var session = await connection.Database.OpenConnectionAsync(cancellationToken);
        var transaction = await session.BeginTransactionAsync(cancellationToken);
        await using (var locking = new NpgsqlCommand($"select pg_advisory_xact_lock_shared({CounterConnection.Lock})", session))
            await locking.ExecuteNonQueryAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select next_row from ledger where job_id = $1 and attempt = $2 and object_no = $3 and segment_no = $4
              and exists (select from fence where pipeline_id = $5 and job_id = $1 and attempt = $2 and epoch = $6 and open)
            for update
            """,
            session);
        foreach (var value in (object[])[.. which, job.PipelineId, job.Epoch]) command.Parameters.AddWithValue(value);
        var found = await command.ListAsync(row => row.GetInt64(0), cancellationToken);
        return new CounterTransaction(connection, session, transaction, ticket, plan, found is [var next] ? next : null);
    }

    public Task<RecordCounts?> RetryDeferredAsync(SegmentTicket ticket, ObjectPlan plan, Action tried, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Nothing is rejected.");

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    static ObjectPlan PlanOf(SourceObject source, ObjectDefinition definition) => new()
    {
        ObjectNo = source.ObjectNo,
        From = source.Name,
        To = definition.To,
        Fields = [.. source.Columns.Select(column => new FieldPlan
        {
            Name = column.Name, Source = column.Name, SourceCast = "text", StagedType = "text", DestinationType = "text",
        })],
        Key = [.. definition.Key.Select(key => source.Columns.ToList().FindIndex(column => column.Name == key))],
        Blocks = source.Blocks,
        KeyGuaranteed = true,
        Level = 0,
        DirectCopy = false,
        SingleTable = true,
        Changes = [],
        EstimatedRows = source.EstimatedRows,
    };
}
