using Npgsql;

namespace Headgate.Hosting.State;

/// <summary>
/// The database's time, counted on from when it was last asked by a clock that does not jump. What services write is compared
/// with now() there, and two instances agree on the time: a machine whose own clock is hours off would owe messages for tomorrow, or wake jobs
/// every second.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    volatile Reading? _reading;

    /// <summary>Until the database was asked: the machine's own time.</summary>
    public override DateTimeOffset GetUtcNow() => _reading is { } reading ? reading.At + GetElapsedTime(reading.Taken) : base.GetUtcNow();

    /// <summary>Asks the database.</summary>
    public async Task SetAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select clock_timestamp()");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        _reading = new Reading(row.GetFieldValue<DateTimeOffset>(0), GetTimestamp());
    }

    sealed record Reading(DateTimeOffset At, long Taken);
}
