using Headgate.JobCoordinator.Jobs;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>A stop as it was recorded.</summary>
sealed record StopRow
{
    public const string Columns =
        """
        job_id, project, pipeline, request_id, attempt, epoch, state, intent, kind, mode, cause, actor, reason, first_requested_at, requested_at,
        confirmed_at, escalated, abandoned
        """;

    public required Guid Job { get; init; }

    public required string Project { get; init; }

    public required string Pipeline { get; init; }

    public Guid? RequestId { get; init; }

    public required int Attempt { get; init; }

    public required int Epoch { get; init; }

    public required string State { get; init; }

    public required StopIntent Intent { get; init; }

    public string? Kind { get; init; }

    public required string Mode { get; init; }

    public required StopCause Cause { get; init; }

    public required string Actor { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset FirstRequested { get; init; }

    public required DateTimeOffset Requested { get; init; }

    public DateTimeOffset? Confirmed { get; init; }

    public required bool Escalated { get; init; }

    public required bool Abandoned { get; init; }

    /// <summary>Reads the columns.</summary>
    public static StopRow Read(NpgsqlDataReader row)
    {
        var at = 0;
        return new StopRow
        {
            Job = row.GetGuid(at++),
            Project = row.GetString(at++),
            Pipeline = row.GetString(at++),
            RequestId = row.Value<Guid>(at++),
            Attempt = row.GetInt32(at++),
            Epoch = row.GetInt32(at++),
            State = row.GetString(at++),
            Intent = Enum.Parse<StopIntent>(row.GetString(at++)),
            Kind = row.Text(at++),
            Mode = row.GetString(at++),
            Cause = Enum.Parse<StopCause>(row.GetString(at++)),
            Actor = row.GetString(at++),
            Reason = row.Text(at++),
            FirstRequested = row.GetFieldValue<DateTimeOffset>(at++),
            Requested = row.GetFieldValue<DateTimeOffset>(at++),
            Confirmed = row.Value<DateTimeOffset>(at++),
            Escalated = row.GetBoolean(at++),
            Abandoned = row.GetBoolean(at),
        };
    }
}
