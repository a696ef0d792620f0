using Headgate.Connectors;
using Headgate.Connectors.Doubts;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>Intents that had no outcome when the fence was closed; the server knows by their keys.</summary>
sealed class CounterDoubts(CounterConnection connection) : IDoubtLedger
{
    public async Task<IReadOnlyList<DoubtRecord>> ListAsync(DoubtQuery query, CancellationToken cancellationToken)
    {
        await using var command = connection.Database.CreateCommand(
            """
            select seq, object_no, record, attempt, key, sent_at, coalesce(outcome, 'Open'), resolved_at from intent
            where job_id = $1 and was_in_doubt and seq > $2 and ($3 is null or object_no = $3) and ($4 is null or coalesce(outcome, 'Open') = $4)
            order by seq limit $5
            """);
        command.Parameters.AddWithValue(query.JobId);
        command.Parameters.AddWithValue(query.After);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)query.ObjectNo ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)query.State?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.AddWithValue(query.Limit);
        return await command.ListAsync(Read, cancellationToken);
    }

    public async Task<long> ResolveAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = connection.Database.CreateCommand("select key from intent where job_id = $1 and was_in_doubt and outcome is null");
        command.Parameters.AddWithValue(jobId);
        try
        {
            foreach (var key in await command.ListAsync(row => row.GetString(0), cancellationToken))
            {
                var outcome = await connection.HasAsync(key, cancellationToken) ? "Written" : "NotWritten";
                await connection.ExecuteAsync("update intent set outcome = $2, resolved_at = clock_timestamp() where key = $1", key, outcome);
            }
        }
        catch (HttpRequestException)
        {
            throw new ConnectorException(new Problem { Code = "unreachable", Sentence = "The server does not answer.", Retryable = true });
        }

        return 0;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    static DoubtRecord Read(NpgsqlDataReader row)
    {
        var record = row.GetFieldValue<string?[]>(2);
        return new DoubtRecord
        {
            Sequence = row.GetInt64(0),
            ObjectNo = row.GetInt32(1),
            Key = new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = record[0]! },
            Fields = [new("id", record[0]), new("name", record[1])],
            Attempt = row.GetInt32(3),
            RequestKey = row.GetString(4),
            SentAt = row.GetFieldValue<DateTimeOffset>(5),
            State = Enum.Parse<DoubtState>(row.GetString(6)),
            ResolvedAt = row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
        };
    }
}
