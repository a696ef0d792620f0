using Google.Protobuf.WellKnownTypes;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Guards;
using Npgsql;
using Enum = System.Enum;

namespace Headgate.JobCoordinator.Reading;

/// <summary>What guards saw of jobs, as the calls show it.</summary>
sealed class GuardMessages(CoordinatorState state)
{
    /// <summary>One that has tripped.</summary>
    public static V1.GuardTrip Of(JobRow job, GuardTripRow trip) => new()
    {
        Guard = Enum.Parse<V1.Guard>($"{trip.Guard}"),
        Action = Enum.Parse<V1.GuardAction>($"{trip.Action}"),
        Tripped = Timestamp.FromDateTimeOffset(trip.At),
        Sentence = trip.Sentence,
        Measure = trip.Measure,
        Observed = trip.Observed,
        Allowed = trip.Allowed,
        Object = trip.Object ?? "",
        Field = trip.Field ?? "",
        RecommendedCancel = StopMessages.Recommended(job, trip.Cause),
        PassedBy = trip.PassedBy ?? "",
        PassedReason = trip.PassedReason ?? "",
        Passed = JobMessages.Time(trip.PassedAt),
    };

    /// <summary>All that was judged in the present attempt of each of these jobs.</summary>
    public async Task<ILookup<Guid, V1.GuardJudgement>> OfAsync(IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        if (jobs.Count == 0) return Array.Empty<Guid>().ToLookup(id => id, _ => new V1.GuardJudgement());
        await using var command = state.Source.CreateCommand(
            """
            select g.job_id, g.guard, g.measure, g.object, g.outcome, g.sentence
            from coordinator.sync_job j join coordinator.guard_judgement g on g.job_id = j.job_id and g.attempt = j.attempt
            where j.job_id = any($1) order by g.job_id, g.at, g.guard, g.measure
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. jobs] });
        var found = await command.ListAsync(
            row => (Job: row.GetGuid(0), Judgement: new V1.GuardJudgement
            {
                Guard = Enum.Parse<V1.Guard>(row.GetString(1)),
                Measure = row.GetString(2),
                Object = row.Text(3) ?? "",
                Outcome = Enum.Parse<V1.GuardOutcome>(row.GetString(4)),
                Sentence = row.GetString(5),
            }),
            cancellationToken);
        return found.ToLookup(each => each.Job, each => each.Judgement);
    }
}
