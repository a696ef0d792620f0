using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Npgsql;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Reads the record of stops.</summary>
sealed class StopQueries(CoordinatorState state)
{
    const string Selected =
        """
        ($1::text is null or project = $1) and ($2::text is null or pipeline = $2) and ($3::text is null or mode = $3)
        and requested_at >= $4 and requested_at < $5
        """;

    // A stop that waited for nothing says nothing about how long stops take, nor does the end of a job that stood already, or one that was
    // given up.
    const string Measured =
        $"""
         with stop as (
             select mode, confirmed_at is null as is_open,
                    case when not at_once and not abandoned and state not in ('Paused', 'Failed') then extract(epoch from confirmed_at - requested_at)::float8 end as seconds
             from coordinator.job_stop where {Selected})
         """;

    /// <summary>By mode; a mode without stops is not there.</summary>
    public async Task<IReadOnlyList<StopTimesRow>> TimesAsync(StopSelection selection, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
             {Measured}
             select mode, count(seconds), percentile_disc(0.5) within group (order by seconds), percentile_disc(0.9) within group (order by seconds),
                    percentile_disc(0.99) within group (order by seconds), max(seconds), count(*) filter (where is_open)
             from stop group by mode
             """,
            selection);
        return await command.ListAsync(
            row => new StopTimesRow(
                row.GetString(0), row.GetInt64(1), row.Value<double>(2), row.Value<double>(3), row.Value<double>(4), row.Value<double>(5), row.GetInt64(6)),
            cancellationToken);
    }

    /// <summary>How many fell into each bucket; those without any are not there.</summary>
    public async Task<IReadOnlyList<(string Mode, int Bucket, long Count)>> HistogramAsync(StopSelection selection, CancellationToken cancellationToken)
    {
        await using var command = Command(
            $"""
             {Measured}
             select mode, (select count(*) from unnest($6) bound where bound < seconds)::int as bucket, count(*)
             from stop where seconds is not null group by 1, 2
             """,
            selection);
        command.Parameters.Add(new NpgsqlParameter<double[]> { TypedValue = StopTimes.Bounds });
        return await command.ListAsync(row => (row.GetString(0), row.GetInt32(1), row.GetInt64(2)), cancellationToken);
    }

    /// <summary>Those that were asked for last.</summary>
    public async Task<IReadOnlyList<StopRow>> LastAsync(StopSelection selection, int most, CancellationToken cancellationToken)
    {
        if (most == 0) return [];
        await using var command = Command(
            $"select {StopRow.Columns} from coordinator.job_stop where {Selected} order by requested_at desc, stop_id desc limit $6", selection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await command.ListAsync(StopRow.Read, cancellationToken);
    }

    NpgsqlCommand Command(string sql, StopSelection selection)
    {
        var command = state.Source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Project });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Pipeline });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Mode });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = selection.Since });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = selection.Until });
        return command;
    }
}
