namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>
/// Settings of every writing transaction: time-outs, so that a worker that froze between two statements lets the fence's lock go;
/// exact text forms for the log; names resolved in pg_catalog only; no JIT, whose compile time exceeds a batch.
/// </summary>
static class WriterSettings
{
    public const string Sql = """
        SELECT pg_catalog.set_config(s.name, s.value, true) FROM (VALUES
            ('statement_timeout', '50s'), ('lock_timeout', '10s'), ('idle_in_transaction_session_timeout', '60s'),
            ('search_path', 'pg_catalog'), ('datestyle', 'ISO, MDY'), ('intervalstyle', 'postgres'), ('timezone', 'UTC'),
            ('extra_float_digits', '1'), ('bytea_output', 'hex'), ('xmloption', 'content'), ('lc_monetary', 'C'),
            ('client_min_messages', 'error'), ('jit', 'off')) AS s (name, value)
        """;
}
