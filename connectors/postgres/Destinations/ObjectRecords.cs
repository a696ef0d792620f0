using System.Text.Json;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Planning;
using Headgate.Connectors.Postgres.Vanished;
using Headgate.Contracts.Pipelines;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Keeps what the log needs to be read by itself, and whether the attempt found a table empty: asked again after a crash, the first
/// answer stands, although there are records now, and they are its own. An object that was planned anew must have the fields that were
/// kept: what is logged already is aligned to them.
/// </summary>
sealed class ObjectRecords(NpgsqlDataSource dataSource, JobTicket ticket)
{
    /// <returns>The objects found empty, or null if the fence does not stand for the job.</returns>
    public async Task<IReadOnlyList<int>?> KeepAsync(IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        await using var transaction = await FencedTransaction.BeginAsync(dataSource, ticket, [], read: null, cancellationToken);
        if (transaction.Refused is not null) return null;
        var keepsTypes = await KeepsTypesAsync(transaction, cancellationToken);
        await transaction.ExecuteAsync(plans.Select(plan => InsertCommand(plan, keepsTypes)), cancellationToken);
        var tracked = plans.Where(p => p.Vanished is not OnVanished.Keep).ToList();
        if (tracked.Count > 0) await transaction.ExecuteAsync(tracked.Select(p => FullRead.BeginCommand(ticket, p)), cancellationToken);
        await RequireTypesAsync(transaction, plans, cancellationToken);
        var empty = await FoundEmptyAsync(transaction, plans, cancellationToken);
        await transaction.CommitAsync();
        return [.. plans.Select(p => p.ObjectNo).Where(empty.Contains)];
    }

    // A job that was launched before this version came goes on with what was there then.
    static async Task<bool> KeepsTypesAsync(FencedTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("SELECT pg_catalog.to_regclass('headgate.selection') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    NpgsqlBatchCommand InsertCommand(ObjectPlan plan, bool keepsTypes)
    {
        var (columns, values) = plan.Undo is not null ? (", rest_fields, rest_types, of_job_id", ", $7, $8, $9")
            : keepsTypes ? (", staged", ", $7") : ("", "");
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO headgate.job_object (job_id, attempt, object_no, table_name, fields, key, found_empty{columns})
            VALUES ($1, $2, $3, $4, $5, $6, NOT EXISTS (SELECT FROM {plan.To}){values}) ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = ticket.JobId },
                new NpgsqlParameter<int> { TypedValue = ticket.Attempt },
                new NpgsqlParameter<int> { TypedValue = plan.ObjectNo },
                new NpgsqlParameter<string> { TypedValue = plan.Replaces ?? plan.To },
                new NpgsqlParameter { Value = FieldsOf(plan), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<short[]> { TypedValue = KeyOf(plan) },
            },
        };
        if (plan.Undo is { } undo)
        {
            command.Parameters.Add(Of(undo.Rest.Select(column => column.Name), NpgsqlDbType.Text));
            command.Parameters.Add(Of(undo.Rest.Select(column => column.Type), NpgsqlDbType.Text));
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = undo.OfJobId });
        }
        else if (keepsTypes)
        {
            command.Parameters.Add(Of(plan.Fields.Select(field => field.StagedType), NpgsqlDbType.Text));
        }

        return command;
    }

    /// <summary>The tables are locked: they were just read.</summary>
    static async Task RequireTypesAsync(
        FencedTransaction transaction, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection) { BatchCommands = { PlannedTypes.CompareCommand(plans) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await PlannedTypes.ReadAsync(reader, cancellationToken) is { } mismatch) throw mismatch;
    }

    async Task<HashSet<int>> FoundEmptyAsync(
        FencedTransaction transaction, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        await using var command = transaction.Command("""
            SELECT object_no, k.found_empty, p.relation, k.fields = p.fields AND k.key::text = p.key
            FROM headgate.job_object k JOIN unnest($3, $4, $5, $6) AS p (object_no, relation, fields, key) USING (object_no)
            WHERE k.job_id = $1 AND k.attempt = $2
            """,
            new NpgsqlParameter<Guid> { TypedValue = ticket.JobId }, new NpgsqlParameter<int> { TypedValue = ticket.Attempt },
            new NpgsqlParameter<int[]> { TypedValue = [.. plans.Select(p => p.ObjectNo)] }, Of(plans.Select(p => p.To), NpgsqlDbType.Text),
            Of(plans.Select(FieldsOf), NpgsqlDbType.Jsonb), Of(plans.Select(p => $"{{{string.Join(',', KeyOf(p))}}}"), NpgsqlDbType.Text));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.GetBoolean(3)) throw Changed(reader.GetString(2));
            if (reader.GetBoolean(1)) found.Add(reader.GetInt32(0));
        }

        return found;
    }

    static ConnectorException Changed(string table) => PostgresProblem.Of("fields-changed",
        $"Object {table}: it was planned anew, with other fields or another key than those that the job has logged; restart the job.");

    static short[] KeyOf(ObjectPlan plan) => [.. plan.Key.Select(k => (short)(k + 1))];

    static NpgsqlParameter Of(IEnumerable<string> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    static string FieldsOf(ObjectPlan plan)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var field in plan.Fields) Write(field.Name, field.DestinationType);
            if (plan.Mark is { } mark) Write(mark, VanishedRules.MarkType);

            json.WriteEndArray();

            void Write(string name, string type)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("type", type);
                json.WriteEndObject();
            }
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
