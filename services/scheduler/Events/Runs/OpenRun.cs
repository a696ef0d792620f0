using Npgsql;

namespace Headgate.Scheduler.Events.Runs;

/// <summary>A run that an event asks for and that the coordinator has not answered yet.</summary>
/// <param name="RunId">Of the run.</param>
/// <param name="PipelineId">The pipeline.</param>
/// <param name="Project">The pipeline's project.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Subject">The event's subject; null: none.</param>
/// <param name="EventId">The event's id.</param>
sealed record OpenRun(Guid RunId, Guid PipelineId, string Project, string Pipeline, string Type, string? Subject, string EventId)
{
    /// <summary>As a job shows it: type, subject and id.</summary>
    public string Detail => string.Join(' ', ((string?[])[Type, Subject, EventId]).OfType<string>());

    /// <summary>Those that are to be asked for again by now.</summary>
    public static async Task<IReadOnlyList<OpenRun>> DueAsync(NpgsqlDataSource state, DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = state.CreateCommand(
            """
            select r.run_id, r.pipeline_id, r.project, r.pipeline, e.type, e.subject, e.event_id
            from scheduler.event_run r join scheduler.upstream_event e using (event_no)
            where r.answered_at is null and r.not_before <= $1 order by r.not_before limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var open = new List<OpenRun>();
        while (await rows.ReadAsync(cancellationToken))
        {
            open.Add(new OpenRun(
                rows.GetGuid(0), rows.GetGuid(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.IsDBNull(5) ? null : rows.GetString(5),
                rows.GetString(6)));
        }

        return open;
    }
}
