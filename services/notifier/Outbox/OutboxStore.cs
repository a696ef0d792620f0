using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Notifier.Configuration;
using Headgate.Notifier.Notices;
using Headgate.Notifier.State;
using Microsoft.Extensions.Options;
using MimeKit;
using Npgsql;

namespace Headgate.Notifier.Outbox;

/// <summary>The outbox: what is written down once and sent once, however often its event is delivered.</summary>
sealed class OutboxStore(NotifierState state, IOptions<NotifierOptions> options)
{
    // The address of whom a Message-ID is from names its domain; without a sender yet, one that cannot be anybody's.
    readonly string _domain = MailboxAddress.TryParse(options.Value.Smtp.From, out var from) && from.Domain is { Length: > 0 } domain ? domain : "headgate.invalid";

    /// <summary>Writes a row for each channel, all or none. What is there already stays as it is.</summary>
    public async Task KeepAsync(Notice notice, NotifyDefinition notify, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (notify.Email is { } address) await AddAsync(connection, Channel.Mail, address, notice, cancellationToken);
        if (notify.Webhook is { } reference) await AddAsync(connection, Channel.Webhook, reference, notice, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes the next row that is due, which nobody else has in hand; it is in hand until the transaction ends.</summary>
    /// <exception cref="UnreadableNoticeException">This version cannot read what is to be told.</exception>
    public static async Task<OutboxRow?> TakeAsync(NpgsqlConnection connection, Channel channel, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select outbox_id, target, message_id, notice::text, tries, notice_id from notifier.outbox
            where channel = $1 and state = 'Waiting' and not_before <= now() order by not_before, outbox_id limit 1 for update skip locked
            """,
            connection);
        command.Parameters.AddWithValue(channel.ToString());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        try
        {
            var notice = JsonSerializer.Deserialize<Notice>(reader.GetString(3), OutboxJson.Options)
                ?? throw new JsonException("It is null.");
            return new OutboxRow(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), notice, reader.GetInt32(4));
        }
        catch (JsonException error)
        {
            throw new UnreadableNoticeException(reader.GetInt64(0), reader.GetGuid(5), error);
        }
    }

    public static Task MarkSentAsync(NpgsqlConnection connection, params long[] rows) => ExecuteAsync(
        connection,
        "update notifier.outbox set state = 'Sent', settled_at = clock_timestamp(), tries = tries + 1, last_error = null "
        + "where outbox_id = any($1) and state = 'Waiting'",
        rows);

    public static Task PostponeAsync(NpgsqlConnection connection, long row, TimeSpan delay, string error) => ExecuteAsync(
        connection, "update notifier.outbox set tries = tries + 1, not_before = clock_timestamp() + $2, last_error = $3 where outbox_id = $1", row, delay, error);

    /// <summary>Of a row that was not tried, since its server is away.</summary>
    public static Task NoteAsync(NpgsqlConnection connection, long row, string error) =>
        ExecuteAsync(connection, "update notifier.outbox set last_error = $2 where outbox_id = $1", row, error);

    public static Task GiveUpAsync(NpgsqlConnection connection, long row, string error) => ExecuteAsync(
        connection,
        "update notifier.outbox set state = 'GivenUp', settled_at = clock_timestamp(), tries = tries + 1, last_error = $2 where outbox_id = $1",
        row,
        error);

    /// <summary>Gives up what has become too old; it stays in the table.</summary>
    /// <returns>The notices.</returns>
    public async Task<IReadOnlyList<Guid>> ExpireAsync(Channel channel, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            update notifier.outbox set state = 'GivenUp', settled_at = now(), last_error = concat_ws(' ', 'Too old.', last_error)
            where outbox_id in (
                select outbox_id from notifier.outbox where channel = $1 and state = 'Waiting' and created_at < now() - $2 for update skip locked)
            returning notice_id
            """);
        command.Parameters.AddWithValue(channel.ToString());
        command.Parameters.AddWithValue(options.Value.GiveUpAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var expired = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken)) expired.Add(reader.GetGuid(0));
        return expired;
    }

    public async Task<long> WaitingAsync(Channel channel, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select count(*) from notifier.outbox where channel = $1 and state = 'Waiting'");
        command.Parameters.AddWithValue(channel.ToString());
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task AddAsync(NpgsqlConnection connection, Channel channel, string target, Notice notice, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into notifier.outbox (notice_id, notice_key, channel, job_id, kind, target, message_id, notice)
            values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb) on conflict do nothing
            """,
            connection);
        foreach (var value in (object[])
        [
            notice.Id, notice.Key, channel.ToString(), notice.JobId, notice.Kind.ToString(), target, $"{notice.Id:N}@{_domain}",
            JsonSerializer.Serialize(notice, OutboxJson.Options),
        ])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // What has happened is written down whoever wants to stop.
    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
