namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>
/// SQL that tells one server's history from another's. The system identifier comes from initdb; the timeline changes with every
/// promotion and point-in-time restore. Any role may call these functions. On a standby there is no writing, hence no timeline.
/// </summary>
static class ServerIdentity
{
    public const string System = "(SELECT system_identifier::text FROM pg_catalog.pg_control_system())";

    public const string Timeline =
        "CASE WHEN pg_catalog.pg_is_in_recovery() THEN 'standby' " +
        "ELSE pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) END";
}
