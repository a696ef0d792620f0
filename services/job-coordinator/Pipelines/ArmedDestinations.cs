using Headgate.Connectors.Fencing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Database;
using Npgsql;

namespace Headgate.JobCoordinator.Pipelines;

/// <summary>
/// What a pipeline's destinations were when they were armed. One that is another by now, or has another history, was failed over or
/// restored: what was written there may be lost, and the pipeline takes no runs until an operator has looked and enables it.
/// </summary>
sealed class ArmedDestinations(CoordinatorState state)
{
    /// <summary>Compares, and marks the pipeline where the destination has changed; where it was never armed, and is to be, arms it.</summary>
    /// <returns>What has changed; null: nothing.</returns>
    public async Task<ChangedDestination?> LookAsync(
        Guid pipelineId, SystemReference destination, DestinationIdentity now, bool arms, CancellationToken cancellationToken)
    {
        var reference = Reference(destination);
        if (await ReadAsync(pipelineId, reference, cancellationToken) is not { } armed)
        {
            if (arms) await ArmAsync(pipelineId, reference, now, cancellationToken);
            return null;
        }

        if (armed == now) return null;
        await MarkAsync(pipelineId, reference, now, cancellationToken);
        return new ChangedDestination(armed, now);
    }

    /// <summary>What the destination of a pipeline's file was armed as, if it was found to have changed since. Those of earlier versions are nobody's.</summary>
    public async Task<IReadOnlyList<(SystemReference Destination, DestinationIdentity Armed)>> ChangedAsync(
        Guid pipelineId, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            select a.reference, a.identity, a.history from coordinator.armed_destination a
            join coordinator.pipeline p using (pipeline_id) join coordinator.pipeline_version v using (pipeline_id, version)
            where pipeline_id = $1 and a.found_at is not null
              and a.reference = (v.destination ->> 'connector') || ' ' || (v.destination ->> 'connection')
            """);
        command.Parameters.AddWithValue(pipelineId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new List<(SystemReference, DestinationIdentity)>();
        while (await row.ReadAsync(cancellationToken))
            changed.Add((Referred(row.GetString(0)), new DestinationIdentity(row.GetString(1), row.GetString(2))));
        return changed;
    }

    /// <summary>
    /// Arms a pipeline anew with what its destination is now, in a transaction that somebody else commits. Writes may be lost there, so
    /// that the offsets say nothing any more; where it is what it was, they do.
    /// </summary>
    public static async Task RearmAsync(
        NpgsqlConnection connection, Guid pipelineId, SystemReference destination, DestinationIdentity now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with before as (select identity, history from coordinator.armed_destination where pipeline_id = $1 and reference = $2),
            armed as (
                update coordinator.armed_destination a
                set identity = $3, history = $4, found_identity = null, found_history = null, found_at = null,
                    rearmed_at = case when (a.identity, a.history) = ($3, $4) then rearmed_at else clock_timestamp() end
                where pipeline_id = $1 and reference = $2)
            delete from coordinator.object_offset o using before b where o.pipeline_id = $1 and (b.identity, b.history) <> ($3, $4)
            """,
            connection);
        Add(command, pipelineId, Reference(destination), now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task<DestinationIdentity?> ReadAsync(Guid pipelineId, string reference, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            "select identity, history from coordinator.armed_destination where pipeline_id = $1 and reference = $2");
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(reference);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new DestinationIdentity(row.GetString(0), row.GetString(1)) : null;
    }

    async Task ArmAsync(Guid pipelineId, string reference, DestinationIdentity now, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(
            """
            insert into coordinator.armed_destination (pipeline_id, reference, identity, history) values ($1, $2, $3, $4)
            on conflict do nothing
            """);
        Add(command, pipelineId, reference, now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task MarkAsync(Guid pipelineId, string reference, DestinationIdentity now, CancellationToken cancellationToken)
    {
        // The pipeline's row first, as whoever enables it does.
        await using var command = state.Source.CreateCommand(
            """
            with taken as (
                update coordinator.pipeline set state = case state when 'Enabled' then 'Failed' else state end, updated_at = now()
                where pipeline_id = $1 returning pipeline_id)
            update coordinator.armed_destination a set found_identity = $3, found_history = $4, found_at = clock_timestamp()
            from taken where a.pipeline_id = taken.pipeline_id and a.reference = $2 and (a.identity, a.history) <> ($3, $4)
            """);
        Add(command, pipelineId, reference, now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static void Add(NpgsqlCommand command, Guid pipelineId, string reference, DestinationIdentity now)
    {
        command.Parameters.AddWithValue(pipelineId);
        command.Parameters.AddWithValue(reference);
        command.Parameters.AddWithValue(now.Name);
        command.Parameters.AddWithValue(now.History);
    }

    // A connector's name has no space.
    /// <summary>A destination as a file refers to it.</summary>
    public static string Reference(SystemReference destination) => $"{destination.Connector} {destination.Connection}";

    static SystemReference Referred(string reference) =>
        reference.Split(' ', 2) is [var connector, var connection]
            ? new SystemReference { Connector = connector, Connection = connection }
            : throw new InvalidOperationException("An armed destination's reference has no connector.");
}
