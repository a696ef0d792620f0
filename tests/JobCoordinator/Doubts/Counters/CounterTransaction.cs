using System.Buffers.Binary;
using System.Text;
using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Records;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Steps;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>
/// A batch: its lock is a transaction's, its requests are not. For each record intent, send, outcome; the outcome is noted at once, and only
/// while the fence stands. What a former try has sent and not heard of is asked about before it is sent again.
/// </summary>
sealed class CounterTransaction(
    CounterConnection connection, NpgsqlConnection session, NpgsqlTransaction transaction, SegmentTicket ticket, ObjectPlan plan, long? nextRow)
    : IBatchTransaction
{
    const int AtOnce = 2;

    // The row's lock puts the note in order with a move of the fence: it is made before the move, or not at all.
    const string Fenced = "(select from fence where pipeline_id = $1 and job_id = $2 and attempt = $3 and epoch = $4 and open for share)";

    long _taken;

    public SkipReason? Skipped => nextRow is null ? SkipReason.Fenced : null;

    public long NextRow => nextRow ?? 0;

    public RecordCounts Counts => new() { Written = NextRow + _taken, Inserted = NextRow + _taken };

    public long Deferred => 0;

    public bool DirectCopy => false;

    public void SwitchToUpsert()
    {
    }

    public async Task WriteAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        var records = await ReadAsync(batch, cancellationToken);
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            records.Select((record, at) => (Row: batch.FirstRow + at, Record: record)), bounds, async (each, stop) => await SendAsync(each.Row, each.Record, stop));
        _taken = records.Count;
    }

    public Task RejectAsync(IRecordBatch batch, ConnectorException error, CancellationToken cancellationToken) => throw error;

    public async Task CommitAsync()
    {
        await using (var command = new NpgsqlCommand(
            "update ledger set next_row = $5 where job_id = $1 and attempt = $2 and object_no = $3 and segment_no = $4", session))
        {
            foreach (var value in (object[])[ticket.Job.JobId, ticket.Job.Attempt, ticket.ObjectNo, ticket.SegmentNo, NextRow + _taken])
                command.Parameters.AddWithValue(value);
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await session.DisposeAsync();
    }

    async Task SendAsync(long row, string?[] record, CancellationToken cancellationToken)
    {
        var job = ticket.Job;
        var key = $"{job.JobId:N}-{job.Attempt}-{ticket.ObjectNo}-{ticket.SegmentNo}-{row}";
        object[] who = [job.PipelineId, job.JobId, job.Attempt, job.Epoch];
        try
        {
            var isNew = await connection.ExecuteAsync(
                $"""
                 insert into intent (job_id, attempt, object_no, segment_no, row, key, record)
                 select $2, $3, $5, $6, $7, $8, $9 where exists {Fenced} on conflict do nothing
                 """,
                [.. who, ticket.ObjectNo, ticket.SegmentNo, row, key, record]) > 0;
            if (isNew || !await connection.HasAsync(key, cancellationToken)) await connection.SendAsync(record[plan.Key[0]]!, key, cancellationToken);
            await connection.ExecuteAsync($"update intent set outcome = 'Written' where key = $5 and exists {Fenced}", [.. who, key]);
        }
        catch (Exception error) when (error is HttpRequestException or NpgsqlException)
        {
            throw new ConnectorException(new Problem { Code = "unreachable", Sentence = "The server does not answer.", Retryable = true });
        }
    }

    // All fields are staged as text.
    static async Task<List<string?[]>> ReadAsync(IRecordBatch batch, CancellationToken cancellationToken)
    {
        using var staged = new MemoryStream();
        await foreach (var piece in batch.ReadAsync(cancellationToken)) staged.Write(piece.Span);
        var (bytes, at, records) = (staged.ToArray(), 0, new List<string?[]>());
        while (at < bytes.Length)
        {
            var record = new string?[BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(at))];
            at += 2;
            for (var field = 0; field < record.Length; field++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
                at += 4;
                if (length < 0) continue;
                record[field] = Encoding.UTF8.GetString(bytes, at, length);
                at += length;
            }

            records.Add(record);
        }

        return records;
    }
}
