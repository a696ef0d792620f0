using System.Collections.Concurrent;
using Headgate.JobCoordinator.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>When keys were last used, to the minute; written behind the calls, so that none waits for it.</summary>
sealed partial class KeyUses(CoordinatorState state, IOptions<AccessOptions> options, TimeProvider time, ILogger<KeyUses> log) : BackgroundService
{
    readonly ConcurrentDictionary<Guid, DateTimeOffset> _used = new();
    readonly Dictionary<Guid, DateTimeOffset> _written = [];

    public void Note(Guid keyId)
    {
        var now = time.GetUtcNow();
        _used[keyId] = new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WriteUsesEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteAsync();
        }
    }

    async Task WriteAsync()
    {
        try
        {
            foreach (var (key, at) in _used.Where(use => _written.GetValueOrDefault(use.Key) < use.Value))
            {
                await WriteAsync(key, at);
                _written[key] = at;
            }
        }
        catch (Exception error)
        {
            // They are still known, and written with the next ones.
            LogNotWritten(error.GetType().Name, (error as NpgsqlException)?.SqlState);
        }
    }

    async Task WriteAsync(Guid key, DateTimeOffset at)
    {
        // One by one: in one statement two coordinators could lock the same rows in different orders.
        await using var command = state.Source.CreateCommand(
            "update coordinator.api_key set last_used_at = $2 where key_id = $1 and (last_used_at is null or last_used_at < $2)");
        command.Parameters.AddWithValue(key);
        command.Parameters.AddWithValue(at);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
