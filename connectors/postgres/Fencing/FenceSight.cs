using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Postgres.Schema;
using Npgsql;

namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>What there is to see of a destination before anything is changed there.</summary>
/// <param name="Identity">Which one it is.</param>
/// <param name="Version">Of schema headgate; 0: there is none.</param>
/// <param name="Row">The pipeline's fence; null: none.</param>
sealed record FenceSight(DestinationIdentity Identity, int Version, FenceRow? Row)
{
    const string Sql = $"""
        SELECT pg_catalog.pg_is_in_recovery(), 'postgres:' || {ServerIdentity.System} || '/' || pg_catalog.current_database(),
               {ServerIdentity.Timeline},
               CASE WHEN n.oid IS NULL THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                    ELSE pg_catalog.pg_has_role(n.nspowner, 'USAGE') END
        FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'headgate'
        """;

    // A server that takes longer for this does not answer.
    const int Patience = 3;

    /// <summary>In one round trip where schema headgate is there, which is nearly always.</summary>
    public static async Task<FenceSight> ReadAsync(
        NpgsqlConnection session, Guid? pipelineId, string subject, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(session, pipelineId, isInstalled: true, subject, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.InsufficientPrivilege)
        {
            return await ReadAsync(session, pipelineId, isInstalled: false, subject, cancellationToken);
        }
    }

    static async Task<FenceSight> ReadAsync(
        NpgsqlConnection session, Guid? pipelineId, bool isInstalled, string subject, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(session) { Timeout = Patience, BatchCommands = { new NpgsqlBatchCommand(Sql) } };
        if (isInstalled)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SchemaInstaller.VersionSql));
            if (pipelineId is { } id) batch.BatchCommands.Add(FenceRow.ReadCommand(id));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(0))
        {
            throw PostgresProblem.Of(
                "read-only", $"{subject}: the server is a standby and takes no writes.", retryable: true, sqlState: "25006");
        }

        if (!reader.GetBoolean(3))
        {
            throw PostgresProblem.Of(
                "permission", $"{subject}: the role may not create schema headgate, or does not own it.", sqlState: "42501");
        }

        var identity = new DestinationIdentity(reader.GetString(1), reader.GetString(2));
        if (!await reader.NextResultAsync(cancellationToken)) return new FenceSight(identity, 0, null);
        await reader.ReadAsync(cancellationToken);
        var version = reader.GetInt32(0);
        return new FenceSight(
            identity, version, await reader.NextResultAsync(cancellationToken) ? await FenceRow.ReadAsync(reader, cancellationToken) : null);
    }
}
