using System.Text.Json;
using Headgate.Contracts.Guards;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Guards;

/// <summary>What guards have said of a job's present attempt, in the saga's own transaction.</summary>
static class GuardRecords
{
    // What has tripped stays on record, whatever is seen of other objects later.
    const string IsOpen = "g.passed_by is null and (excluded.outcome = 'Tripped' or g.outcome <> 'Tripped')";

    /// <summary>What somebody has let the job pass.</summary>
    public static async Task<PassedGuards> PassedAsync(NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        if (job.GuardTrips == 0) return PassedGuards.None;
        await using var command = new NpgsqlCommand(
            "select guard, measure, objects from coordinator.guard_judgement where job_id = $1 and attempt = $2 and passed_by is not null", connection);
        AddJob(command, job);
        return new PassedGuards(await command.ListAsync(
            row => (Enum.Parse<Guard>(row.GetString(0)), row.GetString(1), (IReadOnlyCollection<string>)row.GetFieldValue<string[]>(2).ToHashSet()),
            cancellationToken));
    }

    /// <summary>Whether the measure has tripped in the attempt: somebody has let the job pass it, or was told of it.</summary>
    public static async Task<bool> HasTrippedAsync(
        NpgsqlConnection connection, SyncJob job, Guard guard, string measure, CancellationToken cancellationToken)
    {
        if (job.GuardTrips == 0) return false;
        await using var command = new NpgsqlCommand(
            """
            select exists (select from coordinator.guard_judgement
                           where job_id = $1 and attempt = $2 and guard = $3 and measure = $4 and outcome = 'Tripped')
            """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = guard.ToString() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = measure });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Writes down what was judged, one of each guard and measure. An object that trips beside those that were told of is told of too.</summary>
    public static async Task KeepAsync(
        NpgsqlConnection connection, SyncJob job, IReadOnlyList<KeptJudgement> judged, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             insert into coordinator.guard_judgement as g
                 (job_id, attempt, guard, measure, round, objects, outcome, action, observed, allowed, object, field, sentence, cause, at)
             select $1, $2, guard, measure, round, array(select jsonb_array_elements_text(objects::jsonb)), outcome, action, observed, allowed,
                    object, field, sentence, cause, $15
             from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
                 j (guard, measure, round, objects, outcome, action, observed, allowed, object, field, sentence, cause)
             on conflict (job_id, attempt, guard, measure, round) do update set
                 outcome = excluded.outcome, action = excluded.action, observed = excluded.observed, allowed = excluded.allowed,
                 object = excluded.object, field = excluded.field, sentence = excluded.sentence, cause = excluded.cause, at = excluded.at,
                 objects = array(select unnest(g.objects) union select unnest(excluded.objects)),
                 told_at = case when g.objects @> excluded.objects then g.told_at end
             where {IsOpen}
             """,
            connection);
        AddJob(command, job);
        Add(judged.Select(each => each.Judgement.Guard.ToString()));
        Add(judged.Select(each => each.Judgement.Measure));
        Add(judged.Select(each => each.Round));
        Add(judged.Select(each => JsonSerializer.Serialize(each.Objects)));
        Add(judged.Select(each => each.Judgement.Outcome.ToString()));
        Add(judged.Select(each => each.Action.ToString()));
        Add(judged.Select(each => each.Judgement.Observed));
        Add(judged.Select(each => each.Judgement.Allowed));
        Add(judged.Select(each => each.Judgement.Object));
        Add(judged.Select(each => each.Judgement.Field));
        Add(judged.Select(each => each.Judgement.Sentence));
        Add(judged.Select(each => each.Judgement.Outcome != JudgementOutcome.Tripped ? null
            : GuardCauses.Of(each.Judgement.Guard, each.Judgement.Measure, each.Action).ToString()));
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);

        void Add<T>(IEnumerable<T> values) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });
    }

    /// <summary>What has tripped in the attempt, in order; what nobody was told of yet is marked as told.</summary>
    public static async Task<IReadOnlyList<GuardTripRow>> TripsAsync(
        NpgsqlConnection connection, SyncJob job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             with told as (
                 update coordinator.guard_judgement set told_at = $3
                 where job_id = $1 and attempt = $2 and outcome = 'Tripped' and told_at is null and passed_by is null returning guard, measure, round)
             select {GuardTripRow.Columns}, exists (select from told where (told.guard, told.measure, told.round) = (g.guard, g.measure, g.round))
             from coordinator.guard_judgement g where job_id = $1 and attempt = $2 and outcome = 'Tripped' order by at, guard, measure, round
             """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        return await command.ListAsync(row => GuardTripRow.Read(row) with { IsNews = row.GetBoolean(GuardTripRow.ColumnCount) }, cancellationToken);
    }

    /// <summary>Somebody lets the job pass all that has tripped, for this attempt.</summary>
    public static async Task PassAsync(
        NpgsqlConnection connection, SyncJob job, string actor, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update coordinator.guard_judgement set passed_by = $3, passed_reason = $4, passed_at = $5
            where job_id = $1 and attempt = $2 and outcome = 'Tripped' and passed_by is null
            """,
            connection);
        AddJob(command, job);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The job goes on, and what has stopped it is judged anew, as if for the first time: whatever comes of that is told again.</summary>
    public static async Task JudgeAnewAsync(NpgsqlConnection connection, SyncJob job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update coordinator.guard_judgement
            set outcome = 'NotYet', told_at = null, objects = '{}', object = null, field = null, observed = 0, cause = null,
                sentence = 'It has tripped, nobody has let the job pass it, and it judges anew.'
            where job_id = $1 and attempt = $2 and outcome = 'Tripped' and passed_by is null and action <> 'Notify'
            """,
            connection);
        AddJob(command, job);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static void AddJob(NpgsqlCommand command, SyncJob job)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = job.CorrelationId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = job.Attempt });
    }
}
