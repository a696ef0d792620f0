using Npgsql;

namespace Headgate.Hosting.State;

/// <summary>
/// The database's time, counted on from when it was last asked by a clock that does not jump. What services write is compared
/// with now() there, and two instances agree on the time: a machine whose own clock is hours off would owe messages for tomorrow, or wake jobs
/// every second.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    // By as much as a network stalls, or the process is stopped, between question and answer the clock would be set back.
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);

    volatile Reading? _reading;

    /// <summary>Until the database was asked: the machine's own time.</summary>
    public override DateTimeOffset GetUtcNow() => _reading is { } reading ? reading.At + GetElapsedTime(reading.Taken) : base.GetUtcNow();

    /// <summary>Asks the database. An answer that takes more than a second is dropped, unless it is the first: it counts on from the last one.</summary>
    public async Task SetAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        var asked = GetTimestamp();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var answered = GetTimestamp();
        var onItsWay = GetElapsedTime(asked, answered);
        if (_reading is not null && onItsWay > LongestAnswer) return;
        _reading = new Reading(row.GetFieldValue<DateTimeOffset>(0) + onItsWay / 2, answered);
    }

    sealed record Reading(DateTimeOffset At, long Taken);
}
