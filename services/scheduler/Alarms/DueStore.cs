using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Scheduler.Rules;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Scheduler.Alarms;

/// <summary>Pipelines of which runs have come due, as the database knows them.</summary>
sealed class DueStore(SchedulerState state)
{
    /// <summary>When the next run of an alarm's pipelines is fired, or one that was not sent is to be; null: none comes due.</summary>
    public async Task<DateTimeOffset?> NextFireAsync(int alarm, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select least(
                (select next_fire from scheduler.start_rule where alarm = $1 and next_fire is not null order by next_fire limit 1),
                (select not_before from scheduler.due_run where alarm = $1 and tries = 0 order by not_before limit 1))
            """);
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)alarm });
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime next ? new DateTimeOffset(next) : null;
    }

    /// <summary>
    /// The next pipelines of an alarm of which a run is to be fired, locked until the transaction ends: an instance that is taken for dead and
    /// is not, and the one that has its work, come one after the other.
    /// </summary>
    public static async Task<List<StartRule>> TakeAsync(
        NpgsqlConnection connection, int alarm, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select pipeline_id, project, pipeline, schedule::text, since, anchor, last_due, next_fire from scheduler.start_rule
            where alarm = $1 and next_fire <= $2 order by next_fire limit $3 for update
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)alarm });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var rules = new List<StartRule>();
        while (await row.ReadAsync(cancellationToken))
        {
            rules.Add(new StartRule
            {
                PipelineId = row.GetGuid(0),
                Project = row.GetString(1),
                Pipeline = row.GetString(2),
                Schedule = JsonSerializer.Deserialize<ScheduleDefinition>(row.GetString(3), SchedulerJson.Options),
                Since = row.GetFieldValue<DateTimeOffset>(4),
                Anchor = row.GetFieldValue<DateTimeOffset>(5),
                LastDue = await row.IsDBNullAsync(6, cancellationToken) ? null : row.GetFieldValue<DateTimeOffset>(6),
                Fire = row.GetFieldValue<DateTimeOffset>(7),
            });
        }

        return rules;
    }

    /// <summary>Writes down that what came due is done, and what comes next.</summary>
    public static async Task MoveAsync(NpgsqlConnection connection, IReadOnlyList<(StartRule Rule, DueRuns Due)> done)
    {
        await using var command = new NpgsqlCommand(
            """
            update scheduler.start_rule r set last_due = coalesce(d.last_due, r.last_due), next_due = d.next_due, next_fire = d.next_fire
            from unnest($1, $2, $3, $4) d (pipeline_id, last_due, next_due, next_fire) where r.pipeline_id = d.pipeline_id
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. done.Select(each => each.Rule.PipelineId)] });
        command.Parameters.Add(Times(done.Select(each => each.Due.DoneUntil)));
        command.Parameters.Add(Times(done.Select(each => each.Due.Next?.Due)));
        command.Parameters.Add(Times(done.Select(each => each.Due.Next?.Fire)));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Looks at a pipeline again later.</summary>
    public static async Task PostponeAsync(NpgsqlConnection connection, Guid pipeline, DateTimeOffset until)
    {
        await using var command = new NpgsqlCommand("update scheduler.start_rule set next_fire = $2 where pipeline_id = $1", connection);
        command.Parameters.AddWithValue(pipeline);
        command.Parameters.AddWithValue(until.ToUniversalTime());
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    static NpgsqlParameter<DateTimeOffset?[]> Times(IEnumerable<DateTimeOffset?> times) =>
        new() { TypedValue = [.. times], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz };
}
