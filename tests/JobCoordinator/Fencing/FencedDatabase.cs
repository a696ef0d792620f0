using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.JobCoordinator.Jobs;
using Headgate.Tests.Servers;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>A destination, with schema headgate in it.</summary>
public sealed class FencedDatabase : IAsyncLifetime
{
    TestDatabase _database = null!;

    public string ConnectionString => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync("destination");
        await MoveAsync(Guid.NewGuid(), new SyncJob { CorrelationId = Guid.NewGuid(), JobNo = 1 }, epoch: 1, open: false);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    public async Task MoveAsync(Guid pipelineId, SyncJob job, int epoch, bool open)
    {
        await using var fence = new PostgresFence(ConnectionString);
        var moved = await fence.MoveAsync(
            new FenceMove { PipelineId = pipelineId, JobId = job.CorrelationId, JobNo = job.JobNo, Attempt = job.Attempt, Epoch = epoch, Open = open },
            CancellationToken.None);
        Assert.IsType<FenceMoveResult.Moved>(moved);
    }

    /// <summary>For whom the pipeline's fence stands, as "job, epoch, open"; null: for nobody.</summary>
    public Task<string?> FenceAsync(Guid pipelineId) =>
        _database.ScalarAsync<string>($"select concat_ws(', ', job_id, epoch, open) from headgate.fence where pipeline_id = '{pipelineId}'");

    /// <summary>Says in the ledger how many records of a segment of ten were taken; all of them were inserted.</summary>
    public Task TakenAsync(Guid jobId, int segmentNo, long taken) => _database.ExecuteAsync(
        $"""
         insert into headgate.ledger as l (job_id, attempt, object_no, segment_no, pipeline_id, rows, next_row, path, inserted)
         values ('{jobId}', 1, 0, {segmentNo}, gen_random_uuid(), 10, {taken}, 'copy', {taken})
         on conflict (job_id, attempt, object_no, segment_no) do update set next_row = excluded.next_row, inserted = excluded.inserted
         """);

    /// <summary>A session that holds, shared, every advisory lock that a pipeline's fence needs, as a writer in the middle of a batch does.</summary>
    public async Task<Npgsql.NpgsqlConnection> WriterAsync(Guid pipelineId)
    {
        var key = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(
            System.Security.Cryptography.SHA256.HashData(pipelineId.ToByteArray(bigEndian: true)));
        var connection = await _database.DataSource.OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand($"begin; select pg_advisory_xact_lock_shared({0x48470001}, {key})", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
