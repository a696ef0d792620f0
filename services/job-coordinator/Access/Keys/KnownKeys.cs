using System.Collections.Frozen;
using Headgate.JobCoordinator.Database;
using Headgate.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>
/// All active keys, in memory. Neither a right key nor a wrong one costs a query: the revision is looked at, by one call for all, when it was
/// not for <see cref="AccessOptions.KeysKnownFor"/>, or when somebody comes with a key that may be newer than what is known.
/// </summary>
sealed class KnownKeys(CoordinatorState state, IOptions<AccessOptions> options, TimeProvider time) : IDisposable
{
    // Between two looks for keys that are not known: whoever sends nothing but wrong ones cannot make the database busy with them.
    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    readonly SemaphoreSlim _looking = new(1);
    volatile Snapshot? _current;

    public async ValueTask<ActiveKey?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        if ((await KnownAsync(cancellationToken)).ByPrefix.TryGetValue(prefix, out var key)) return key;
        return (await TakenSinceAsync(began, cancellationToken)).ByPrefix.GetValueOrDefault(prefix);
    }

    /// <summary>Whether the key is still there; expiry is the caller's to judge.</summary>
    public async ValueTask<bool> HasAsync(Guid keyId, CancellationToken cancellationToken) =>
        (await KnownAsync(cancellationToken)).ById.ContainsKey(keyId);

    ValueTask<Snapshot> KnownAsync(CancellationToken cancellationToken) =>
        _current is { } current && time.GetElapsedTime(current.Taken) < options.Value.KeysKnownFor
            ? ValueTask.FromResult(current)
            : TakenSinceAsync(time.GetTimestamp(), cancellationToken);

    async ValueTask<Snapshot> TakenSinceAsync(long since, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            // Somebody who waited before this one has looked meanwhile.
            if (_current is { } current && current.Taken >= since) return current;
            if (_current is { } last && BetweenLooks - time.GetElapsedTime(last.Taken) is { Ticks: > 0 } wait) await Task.Delay(wait, time, cancellationToken);
            return _current = await LookAsync(_current, cancellationToken);
        }
        finally
        {
            _looking.Release();
        }
    }

    async Task<Snapshot> LookAsync(Snapshot? last, CancellationToken cancellationToken)
    {
        var taken = time.GetTimestamp();
        await using var command = state.Source.CreateCommand("select revision from coordinator.api_key_revision");
        var revision = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        // Read before the keys: what changes in between is read again at the next look.
        return last?.Revision == revision ? last with { Taken = taken } : Snapshot.Of(await KeysAsync(cancellationToken), revision, taken);
    }

    async Task<List<ActiveKey>> KeysAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select key_id, prefix, hash, pepper_mark, name, role, project, expires_at from coordinator.api_key where revoked_at is null");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ActiveKey>();
        while (await row.ReadAsync(cancellationToken)) keys.Add(Read(row));
        return keys;
    }

    static ActiveKey Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Prefix = row.GetString(1),
        Hash = row.GetFieldValue<byte[]>(2),
        PepperMark = row.GetString(3),
        Name = row.GetString(4),
        Role = Enum.Parse<Role>(row.GetString(5)),
        Project = row.IsDBNull(6) ? null : row.GetString(6),
        Expires = row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7),
    };

    public void Dispose() => _looking.Dispose();

    sealed record Snapshot(FrozenDictionary<string, ActiveKey> ByPrefix, FrozenDictionary<Guid, ActiveKey> ById, long Revision, long Taken)
    {
        public static Snapshot Of(List<ActiveKey> keys, long revision, long taken) => new(
            keys.ToFrozenDictionary(key => key.Prefix, StringComparer.Ordinal), keys.ToFrozenDictionary(key => key.Id), revision, taken);
    }
}
