using Headgate.Contracts.Events;
using Npgsql;

namespace Headgate.Scheduler.Events.Receiving;

/// <summary>A pipeline that has a trigger for an event.</summary>
sealed record BoundPipeline(Guid Id, string Project, string Name)
{
    /// <summary>All of them, each once however many of its triggers mean the event.</summary>
    public static async Task<IReadOnlyList<BoundPipeline>> OfAsync(NpgsqlConnection connection, UpstreamEvent received, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select r.pipeline_id, r.project, r.pipeline, t.event, t.subject
            from scheduler.event_trigger t join scheduler.start_rule r using (pipeline_id)
            where t.event_literal = $1 and (t.subject_literal is null or t.subject_literal = $2) or t.event_literal is null
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = received.Type });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = received.Subject });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var bound = new HashSet<BoundPipeline>();
        while (await rows.ReadAsync(cancellationToken))
        {
            if (TriggerPattern.Matches(rows.GetString(3), rows.IsDBNull(4) ? null : rows.GetString(4), received.Type, received.Subject))
                bound.Add(new BoundPipeline(rows.GetGuid(0), rows.GetString(1), rows.GetString(2)));
        }

        return [.. bound];
    }
}
