using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>What every session at a source begins with.</summary>
static class SourceSession
{
    /// <summary>
    /// Text forms that are read back as the same value. search_path stays the role's own, because filters are the user's SQL; so
    /// does the time zone, because a filter and a cursor without a zone mean the server's.
    /// </summary>
    public const string Settings = Connections.PostgresConnections.ServerKeepAlive +
        """

        SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
        SET statement_timeout TO '55s';
        SET lock_timeout TO '5s';
        SET DateStyle TO ISO;
        SET IntervalStyle TO postgres;
        SET extra_float_digits TO 1;
        SET bytea_output TO hex;
        """;

    /// <summary>A snapshot's session is idle in its transaction on purpose. transaction_timeout exists from version 17 on.</summary>
    public const string PinnedSettings =
        """
        SET idle_in_transaction_session_timeout TO 0;
        SELECT pg_catalog.set_config('transaction_timeout', '0', false)
        WHERE pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL;
        """;

    const int MaxSnapshots = 1024;

    public static void Pooled(NpgsqlConnectionStringBuilder settings)
    {
        // Over the server's own time-out, so that the server's answer comes first and the session stays usable.
        settings.CommandTimeout = 60;
        settings.NoResetOnClose = true;
        settings.ReadBufferSize = Math.Max(settings.ReadBufferSize, 64 * 1024);
        settings.Multiplexing = false;
        settings.Enlist = false;
    }

    /// <summary>A pool of its own, without a bound that jobs would wait at: each that is being read has one session.</summary>
    public static void Pinned(NpgsqlConnectionStringBuilder settings)
    {
        settings.CommandTimeout = 60;
        settings.MaxPoolSize = MaxSnapshots;
        settings.NoResetOnClose = true;
        settings.Multiplexing = false;
        settings.Enlist = false;
    }
}
