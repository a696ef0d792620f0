using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Npgsql;

namespace Headgate.JobCoordinator.Guards;

/// <summary>A guard that has tripped, as it was recorded.</summary>
sealed record GuardTripRow
{
    public const int ColumnCount = 11;

    /// <summary>Of the judgement as g.</summary>
    public const string Columns =
        "g.guard, g.measure, g.action, g.observed, g.allowed, g.object, g.field, g.sentence, g.cause, g.at, g.passed_by";

    public required Guard Guard { get; init; }

    public required string Measure { get; init; }

    public required GuardAction Action { get; init; }

    public required double Observed { get; init; }

    public required double Allowed { get; init; }

    public string? Object { get; init; }

    public string? Field { get; init; }

    public required string Sentence { get; init; }

    public required CancelCause Cause { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? PassedBy { get; init; }

    public string? PassedReason { get; init; }

    public DateTimeOffset? PassedAt { get; init; }

    /// <summary>Whether nobody was told of it before.</summary>
    public bool IsNews { get; init; }

    /// <summary>As it is named where it is the reason of something.</summary>
    public string Name => Measure.Length == 0 ? PipelineKey : $"{PipelineKey}.{Measure}";

    string PipelineKey => $"{char.ToLowerInvariant($"{Guard}"[0])}{$"{Guard}"[1..]}";

    /// <summary>Reads the columns, which come first.</summary>
    public static GuardTripRow Read(NpgsqlDataReader row)
    {
        var at = 0;
        return new GuardTripRow
        {
            Guard = Enum.Parse<Guard>(row.GetString(at++)),
            Measure = row.GetString(at++),
            Action = Enum.Parse<GuardAction>(row.GetString(at++)),
            Observed = row.GetDouble(at++),
            Allowed = row.GetDouble(at++),
            Object = row.Text(at++),
            Field = row.Text(at++),
            Sentence = row.GetString(at++),
            Cause = Enum.Parse<CancelCause>(row.GetString(at++)),
            At = row.GetFieldValue<DateTimeOffset>(at++),
            PassedBy = row.Text(at),
        };
    }
}
