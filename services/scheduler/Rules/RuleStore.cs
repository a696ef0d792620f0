using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Starts;
using Headgate.Scheduler.Schedules;
using Headgate.Scheduler.State;
using Headgate.Schedules;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Scheduler.Rules;

/// <summary>By what runs start, as the coordinator has told it last.</summary>
sealed partial class RuleStore(SchedulerState state, RunSender sender, DueMessages messages, TimeProvider time, ILogger<RuleStore> log)
{
    // As long as an alarm waits that cannot tell it either.
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMinutes(1);

    /// <summary>Keeps a change, unless it is known already or a later one is.</summary>
    /// <param name="change">All of what holds from now on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null: it was dropped.</returns>
    public async Task<KeptRule?> KeepAsync(StartRulesChanged change, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (isKnown, before) = await LockAsync(connection, change, cancellationToken);
        if (isKnown) return null;
        var settled = Settle(before, change);
        var doneUntil = Latest(settled?.DoneUntil, before?.LastDue, change.LastDue);
        var kept = await WriteAsync(connection, change, doneUntil, cancellationToken);
        if (kept is null || settled is null) return await CommitAsync(transaction, kept);
        await messages.AddAsync(connection, [.. sender.Of(before!, settled)]);
        // They are sent by its alarm.
        return await CommitAsync(transaction, kept with { Next = time.GetUtcNow() });
    }

    /// <summary>
    /// Goes on from what the coordinator was told of, where that is later than what is known here, as this schema was restored from a backup:
    /// runs of between would count as missed.
    /// </summary>
    public async Task CatchUpAsync(IReadOnlyList<StartRulesChanged> page, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update scheduler.start_rule r set last_due = t.last_due from unnest($1, $2) t (pipeline_id, last_due)
            where r.pipeline_id = t.pipeline_id and (r.last_due is null or r.last_due < t.last_due)
            """);
        StartRulesChanged[] told = [.. page.Where(rule => rule.LastDue is not null)];
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. told.Select(rule => rule.PipelineId)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. told.Select(rule => rule.LastDue!.Value.ToUniversalTime())] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static DateTimeOffset? Latest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? latest = null;
        foreach (var each in times)
        {
            if (each is not null && !(each <= latest)) latest = each;
        }

        return latest;
    }

    /// <summary>Those of a page that are not known.</summary>
    public async Task<IReadOnlyList<StartRulesChanged>> NewOfAsync(IReadOnlyList<StartRulesChanged> page, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select t.no::int - 1 from unnest($1, $2) with ordinality t (pipeline_id, revision, no)
            left join scheduler.start_rule r on r.pipeline_id = t.pipeline_id
            where r.revision is null or r.revision < t.revision
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. page.Select(rule => rule.PipelineId)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. page.Select(rule => rule.Revision)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<StartRulesChanged>();
        while (await reader.ReadAsync(cancellationToken)) found.Add(page[reader.GetInt32(0)]);
        return found;
    }

    static async Task<(bool IsKnown, StartRule? Before)> LockAsync(NpgsqlConnection connection, StartRulesChanged change, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select revision >= $2, project, pipeline, schedule::text, since, anchor, last_due from scheduler.start_rule where pipeline_id = $1 for update
            """,
            connection);
        command.Parameters.AddWithValue(change.PipelineId);
        command.Parameters.AddWithValue(change.Revision);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return (false, null);
        return (row.GetBoolean(0), new StartRule
        {
            PipelineId = change.PipelineId,
            Project = row.GetString(1),
            Pipeline = row.GetString(2),
            Schedule = await row.IsDBNullAsync(3, cancellationToken) ? null : JsonSerializer.Deserialize<ScheduleDefinition>(row.GetString(3), SchedulerJson.Options),
            Since = row.GetFieldValue<DateTimeOffset>(4),
            Anchor = row.GetFieldValue<DateTimeOffset>(5),
            LastDue = await row.IsDBNullAsync(6, cancellationToken) ? null : row.GetFieldValue<DateTimeOffset>(6),
        });
    }

    static async Task<KeptRule?> CommitAsync(NpgsqlTransaction transaction, KeptRule? kept)
    {
        await transaction.CommitAsync(CancellationToken.None);
        return kept;
    }

    // What came due by the schedule before and was not looked at yet, as the scheduler was away, would be forgotten with it. The coordinator
    // starts none of it any more, and records why. Null: there is none.
    DueRuns? Settle(StartRule? before, StartRulesChanged change)
    {
        if (before is not { Schedule: not null } || change.Since <= before.Since) return null;
        try
        {
            return DueRuns.UntilReplaced(before, change.Since, sender.MissedAfter) is { DoneUntil: not null } due ? due : null;
        }
        catch (Exception error) when (DueTimes.IsUnknown(error))
        {
            // Of what cannot be told nothing has come due; and what is told now may be what puts it right.
            LogCannotTell(before.Project, before.Pipeline, error.Message);
            return null;
        }
    }

    async Task<KeptRule?> WriteAsync(
        NpgsqlConnection connection, StartRulesChanged change, DateTimeOffset? doneUntil, CancellationToken cancellationToken)
    {
        var next = NextOf(change, doneUntil);
        await using var command = new NpgsqlCommand(
            """
            insert into scheduler.start_rule as r
                (pipeline_id, project, pipeline, revision, schedule, since, anchor, triggers, deleted, last_due, next_due, next_fire)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (pipeline_id) do update set
                project = excluded.project, pipeline = excluded.pipeline, revision = excluded.revision, schedule = excluded.schedule,
                since = excluded.since, anchor = excluded.anchor, triggers = excluded.triggers, deleted = excluded.deleted,
                last_due = excluded.last_due, next_due = excluded.next_due, next_fire = excluded.next_fire
            where r.revision < excluded.revision
            returning alarm
            """,
            connection);
        command.Parameters.AddWithValue(change.PipelineId);
        command.Parameters.AddWithValue(change.Project);
        command.Parameters.AddWithValue(change.Pipeline);
        command.Parameters.AddWithValue(change.Revision);
        command.Parameters.Add(Json(change.Schedule));
        command.Parameters.AddWithValue(change.Since.ToUniversalTime());
        command.Parameters.AddWithValue(change.Anchor.ToUniversalTime());
        command.Parameters.Add(Json(change.Triggers));
        command.Parameters.AddWithValue(change.Deleted);
        foreach (var moment in (DateTimeOffset?[])[doneUntil, next?.Due, next?.Fire])
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = moment, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        // Null where the first rule of a pipeline has come by two messages at once, and this is the older one.
        return await command.ExecuteScalarAsync(cancellationToken) is short alarm ? new KeptRule(alarm, next?.Fire) : null;
    }

    NextFire? NextOf(StartRulesChanged change, DateTimeOffset? doneUntil)
    {
        if (change.Schedule is null) return null;
        var rule = new StartRule
        {
            PipelineId = change.PipelineId,
            Project = change.Project,
            Pipeline = change.Pipeline,
            Schedule = change.Schedule,
            Since = change.Since,
            Anchor = change.Anchor,
            LastDue = doneUntil,
        };
        try
        {
            return NextFire.After(rule, DueTimes.Of(change.Schedule, change.Anchor), rule.DoneUntil);
        }
        catch (Exception error) when (DueTimes.IsUnknown(error))
        {
            // It is kept all the same, and holds up none behind it: an alarm looks again and again whether it can be told by then.
            LogCannotTell(change.Project, change.Pipeline, error.Message);
            var later = time.GetUtcNow() + LookAgainAfter;
            return new NextFire(later, later);
        }
    }

    static NpgsqlParameter Json<T>(T? value) => new()
    {
        Value = value is null ? DBNull.Value : JsonSerializer.Serialize(value, SchedulerJson.Options),
        NpgsqlDbType = NpgsqlDbType.Jsonb,
    };
}
