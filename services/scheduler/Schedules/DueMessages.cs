using System.Text.Json;
using Headgate.Scheduler.State;
using Npgsql;
using NpgsqlTypes;

namespace Headgate.Scheduler.Schedules;

/// <summary>What has come due and the coordinator is not known to have, as it is written down.</summary>
sealed partial class DueMessages(SchedulerState state, TimeProvider time, ILogger<DueMessages> log)
{
    /// <summary>How long whoever writes one down has to send it, before others do.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // The coordinator may have very many before it: each that it is sent again only lies beside the first.
    static readonly TimeSpan AskAfter = TimeSpan.FromMinutes(5);

    // Sixteen hours after the first: more often no broker is emptied.
    const int MostTries = 8;

    // One that this version cannot read, as a later or an earlier one has written it, is for that one to send.
    static readonly TimeSpan LeaveUnreadFor = TimeSpan.FromMinutes(1);

    /// <summary>Writes them down, in the transaction that moves what they are of.</summary>
    public async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<DueMessage> messages)
    {
        if (messages.Count == 0) return;
        await using var command = new NpgsqlCommand(
            """
            insert into scheduler.due_run (run_id, pipeline_id, body, is_record, not_before)
            select id, pipeline, body::jsonb, is_record, $5 from unnest($1, $2, $3, $4) m (id, pipeline, body, is_record) on conflict do nothing
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(message => message.Id)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(message => message.PipelineId)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(message => message.ToJson())] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. messages.Select(message => message.Run is null)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() + Grace });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Those of an alarm that whoever has written them down has not sent.</summary>
    public async Task<IReadOnlyList<DueMessage>> UnsentAsync(int alarm, int most, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select run_id, body::text, is_record from scheduler.due_run where alarm = $1 and tries = 0 and not_before <= $2 order by not_before limit $3");
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)alarm });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await ListAsync(command, cancellationToken);
    }

    /// <summary>The broker has them. The coordinator is asked for them once it should, later with each time.</summary>
    public Task SentAsync(IReadOnlyList<DueMessage> messages) => UpdateAsync(
        messages, "tries = tries + 1, not_before = $2 + $3 * 2 ^ least(tries, 6)", AskAfter);

    /// <summary>The broker may not have them: they are sent by who looks next.</summary>
    public Task NotSentAsync(IReadOnlyList<DueMessage> messages) => UpdateAsync(messages, "not_before = $2 + $3", TimeSpan.Zero);

    /// <summary>
    /// Those that the coordinator should have by now. Taken so that another instance does not take them at the same time, and for as long as an
    /// answer takes.
    /// </summary>
    public async Task<IReadOnlyList<DueMessage>> TakeSentAsync(int most, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update scheduler.due_run r set not_before = $1 + interval '1 minute'
            from (select run_id from scheduler.due_run where tries > 0 and not_before <= $1 order by not_before limit $2 for update skip locked) due
            where r.run_id = due.run_id returning r.run_id, r.body::text, r.is_record
            """);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await ListAsync(command, cancellationToken);
    }

    /// <summary>The coordinator knows them.</summary>
    public async Task RemoveAsync(IReadOnlyCollection<Guid> known)
    {
        await using var command = state.Source.CreateCommand("delete from scheduler.due_run where run_id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. known] });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Those of them that were sent often enough are forgotten: the coordinator is there, and does not take them.</summary>
    /// <returns>Their ids.</returns>
    public async Task<IReadOnlySet<Guid>> GiveUpAsync(IReadOnlyList<DueMessage> lost)
    {
        var given = new HashSet<Guid>();
        if (lost.Count == 0) return given;
        await using var command = state.Source.CreateCommand("delete from scheduler.due_run where run_id = any($1) and tries >= $2 returning run_id");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. lost.Select(message => message.Id)] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostTries });
        await using var row = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await row.ReadAsync(CancellationToken.None)) given.Add(row.GetGuid(0));
        return given;
    }

    Task UpdateAsync(IReadOnlyList<DueMessage> messages, string assignments, TimeSpan by) =>
        UpdateAsync([.. messages.Select(message => message.Id)], assignments, by);

    async Task UpdateAsync(Guid[] ids, string assignments, TimeSpan by)
    {
        await using var command = state.Source.CreateCommand($"update scheduler.due_run set {assignments} where run_id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = by, NpgsqlDbType = NpgsqlDbType.Interval });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    async Task<IReadOnlyList<DueMessage>> ListAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var (found, unread) = (new List<DueMessage>(), new List<Guid>());
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                try
                {
                    found.Add(DueMessage.Parse(row.GetString(1), row.GetBoolean(2)));
                }
                catch (JsonException error)
                {
                    LogNotRead(row.GetGuid(0), error.Message);
                    unread.Add(row.GetGuid(0));
                }
            }
        }

        if (unread.Count > 0) await UpdateAsync([.. unread], "not_before = $2 + $3", LeaveUnreadFor);
        return found;
    }
}
