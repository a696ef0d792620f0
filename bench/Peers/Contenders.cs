namespace Headgate.Bench.Peers;

/// <summary>The contenders' names, as the tables show them.</summary>
static class Contenders
{
    public const string Headgate = "Headgate";
    public const string CopyPipe = "copy-pipe";
    public const string CopyPipeIndexAfter = "copy-pipe-index-after";
    public const string DumpPipe = "pg_dump | psql";
    public const string LogicalReplication = "logical replication";
    public const string PgLoader = "pgloader";
    public const string PsqlUpsert = "blind upsert by psql";
    public const string ConnectorBatches = "batches, connector";
    public const string UnloggedBatches = "batches, no log";
    public const string BlindBatches = "batches, blind";
    public const string ConnectorCopies = "copies, connector";
    public const string UnloggedCopies = "copies, no log";
    public const string PsqlRollback = "update by hand, psql";
    public const string PsqlDiff = "full join by hand, psql";
}
