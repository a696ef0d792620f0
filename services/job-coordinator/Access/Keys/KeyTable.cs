using Google.Protobuf.WellKnownTypes;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>The table of API keys. It has hashes; a secret is in nothing but the answer that it was made for.</summary>
sealed class KeyTable(KeyHashes hashes)
{
    /// <summary>Who makes keys on the command line of the coordinator's host; no key has that name.</summary>
    public const string Host = "headgate";

    const string Columns = "key_id, name, role, project, created_at, created_by, expires_at, last_used_at, revoked_at, revoked_by";

    /// <summary>Null: the name is that of another key that is neither revoked nor expired.</summary>
    public async Task<ApiKey?> AddAsync(NpgsqlConnection connection, NewKey key, KeySecret secret, CancellationToken cancellationToken)
    {
        await LockNameAsync(connection, key.Name, cancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
            insert into coordinator.api_key (key_id, prefix, hash, pepper_mark, name, role, project, expires_at, created_by)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9
            where not exists (select from coordinator.api_key where name = $5 and revoked_at is null and (expires_at is null or expires_at > now()))
            returning {Columns}
            """,
            connection);
        command.Parameters.AddWithValue(Guid.CreateVersion7());
        command.Parameters.AddWithValue(secret.Prefix);
        command.Parameters.AddWithValue(hashes.Of(secret));
        command.Parameters.AddWithValue(hashes.PepperMark);
        command.Parameters.AddWithValue(key.Name);
        command.Parameters.AddWithValue(key.Role.ToString());
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = key.Project });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = key.Expires?.ToUniversalTime() });
        command.Parameters.AddWithValue(key.CreatedBy);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    public async Task<ApiKey?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from coordinator.api_key where key_id = $1", connection);
        command.Parameters.AddWithValue(id);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Null: there is no such key, or it is revoked already.</summary>
    public async Task<ApiKey?> RevokeAsync(NpgsqlConnection connection, Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"update coordinator.api_key set revoked_at = now(), revoked_by = $2 where key_id = $1 and revoked_at is null returning {Columns}", connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(actor);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>By name, and by id where names come again.</summary>
    public async Task<List<ApiKey>> ListAsync(
        NpgsqlConnection connection, KeyFilter filter, KeyPlace after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select {Columns} from coordinator.api_key
            where ($1::text is null or project = $1)
              and ($2 or revoked_at is null and (expires_at is null or expires_at > now()))
              and (name, key_id) > ($3, $4)
            order by name, key_id limit $5
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Project });
        command.Parameters.AddWithValue(filter.IncludesRevoked);
        command.Parameters.AddWithValue(after.Name);
        command.Parameters.AddWithValue(after.Id);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    // Of two that are made at the same time with one name, the second sees the first.
    static async Task LockNameAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('headgate.key.' || $1, 0))", connection);
        command.Parameters.AddWithValue(name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task<List<ApiKey>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<ApiKey>();
        while (await row.ReadAsync(cancellationToken)) keys.Add(Read(row));
        return keys;
    }

    static ApiKey Read(NpgsqlDataReader row)
    {
        var key = new ApiKey
        {
            Id = row.GetGuid(0).ToString(),
            Name = row.GetString(1),
            Role = System.Enum.Parse<Role>(row.GetString(2)),
            Created = At(row, 4),
            CreatedBy = row.GetString(5),
            Expires = At(row, 6),
            LastUsed = At(row, 7),
            Revoked = At(row, 8),
            RevokedBy = row.IsDBNull(9) ? "" : row.GetString(9),
        };
        if (row.IsDBNull(3)) key.AllProjects = true;
        else key.Project = row.GetString(3);
        return key;
    }

    static Timestamp? At(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : Timestamp.FromDateTimeOffset(row.GetFieldValue<DateTimeOffset>(column));
}
