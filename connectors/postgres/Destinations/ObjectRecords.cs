using System.Text.Json;
using Headgate.Connectors.Destinations;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Keeps what the log needs to be read by itself, and whether the attempt found a table empty: asked again after a crash, the first
/// answer stands, although there are records now, and they are its own.
/// </summary>
sealed class ObjectRecords(NpgsqlDataSource dataSource, JobTicket ticket)
{
    /// <returns>The objects found empty, or null if the fence does not stand for the job.</returns>
    public async Task<IReadOnlyList<int>?> KeepAsync(IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [], read: null, cancellationToken);
        if (transaction.Refused is not null) return null;
        await transaction.ExecuteAsync(plans.Select(InsertCommand), cancellationToken);
        var empty = await FoundEmptyAsync(transaction, cancellationToken);
        await transaction.CommitAsync();
        return [.. plans.Select(p => p.ObjectNo).Where(empty.Contains)];
    }

    NpgsqlBatchCommand InsertCommand(ObjectPlan plan) => new($"""
        INSERT INTO headgate.job_object (job_id, attempt, object_no, table_name, fields, key, found_empty)
        VALUES ($1, $2, $3, $4, $5, $6, NOT EXISTS (SELECT FROM {plan.To})) ON CONFLICT DO NOTHING
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = ticket.JobId },
            new NpgsqlParameter<int> { TypedValue = ticket.Attempt },
            new NpgsqlParameter<int> { TypedValue = plan.ObjectNo },
            new NpgsqlParameter<string> { TypedValue = plan.To },
            new NpgsqlParameter { Value = FieldsOf(plan), NpgsqlDbType = NpgsqlDbType.Jsonb },
            new NpgsqlParameter<short[]> { TypedValue = [.. plan.Key.Select(k => (short)(k + 1))] },
        },
    };

    async Task<HashSet<int>> FoundEmptyAsync(FencedTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command(
            "SELECT object_no FROM headgate.job_object WHERE job_id = $1 AND attempt = $2 AND found_empty",
            new NpgsqlParameter<Guid> { TypedValue = ticket.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Attempt });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken)) found.Add(reader.GetInt32(0));
        return found;
    }

    static string FieldsOf(ObjectPlan plan)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var field in plan.Fields)
            {
                json.WriteStartObject();
                json.WriteString("name", field.Name);
                json.WriteString("type", field.DestinationType);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
