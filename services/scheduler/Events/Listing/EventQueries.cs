using Headgate.Contracts.Events;
using Headgate.Contracts.Runs;
using Headgate.Scheduler.State;
using Npgsql;

namespace Headgate.Scheduler.Events.Listing;

/// <summary>Reads events and their runs.</summary>
sealed class EventQueries(SchedulerState state)
{
    const string Events =
        """
        select e.event_no, e.event_id, e.type, e.subject, e.occurred_at, e.received_at, e.repeats
        from scheduler.upstream_event e
        where ($1::text is null or exists (select from scheduler.event_run r where r.event_no = e.event_no and r.project = $1))
          and ($2::text is null or e.type = $2) and ($3::text is null or e.subject = $3) and ($4::text is null or e.event_id = $4)
          and ($5::timestamptz is null or e.received_at >= $5) and ($6::timestamptz is null or e.received_at < $6)
          and (not $7 or not exists (select from scheduler.event_run r where r.event_no = e.event_no))
          and ($8::bigint is null or e.event_no < $8)
        order by e.event_no desc limit $9
        """;

    const string Runs =
        """
        select r.* from unnest($1) e (event_no) cross join lateral (
            select event_no, run_id, pipeline_id, project, pipeline, outcome, job_id, sentence, count(*) over ()
            from scheduler.event_run r where r.event_no = e.event_no and ($2::text is null or r.project = $2) order by project, pipeline limit 100) r
        """;

    /// <summary>The latest first. Of a project: what matched it, and nothing of what else it may have matched.</summary>
    public async Task<IReadOnlyList<KnownEvent>> FindAsync(AskUpstreamEvents asked, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        var events = await EventsAsync(connection, asked, cancellationToken);
        var runs = await RunsAsync(connection, [.. events.Select(each => each.Number)], asked.Project, cancellationToken);
        return [.. events.Select(each => each with { Runs = [.. runs[each.Number].Select(run => run.Run)], RunCount = runs[each.Number].FirstOrDefault().Of })];
    }

    static async Task<List<KnownEvent>> EventsAsync(NpgsqlConnection connection, AskUpstreamEvents asked, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Events, connection);
        foreach (var text in (string?[])[asked.Project, asked.Type, asked.Subject, asked.Id])
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = text });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = asked.Since });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = asked.Until });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = asked.Unmatched });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = asked.Before });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = asked.Count });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<KnownEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(new KnownEvent
            {
                Number = rows.GetInt64(0),
                Event = new UpstreamEvent
                {
                    Id = rows.GetString(1),
                    Type = rows.GetString(2),
                    Subject = rows.IsDBNull(3) ? null : rows.GetString(3),
                    Time = rows.GetFieldValue<DateTimeOffset>(4),
                },
                Received = rows.GetFieldValue<DateTimeOffset>(5),
                Repeats = rows.GetInt32(6),
                Runs = [],
            });
        }

        return found;
    }

    // An event may have asked for thousands of runs, and a page has up to a thousand events.
    static async Task<ILookup<long, (EventRun Run, int Of)>> RunsAsync(
        NpgsqlConnection connection, long[] events, string? project, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Runs, connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = events });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = project });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(long Event, EventRun Run, int Of)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add((rows.GetInt64(0), new EventRun
            {
                RunId = rows.GetGuid(1),
                PipelineId = rows.GetGuid(2),
                Project = rows.GetString(3),
                Pipeline = rows.GetString(4),
                Outcome = rows.IsDBNull(5) ? null : Enum.Parse<RunOutcome>(rows.GetString(5)),
                JobId = rows.IsDBNull(6) ? null : rows.GetGuid(6),
                Sentence = rows.IsDBNull(7) ? null : rows.GetString(7),
            }, (int)rows.GetInt64(8)));
        }

        return found.ToLookup(each => each.Event, each => (each.Run, each.Of));
    }
}
