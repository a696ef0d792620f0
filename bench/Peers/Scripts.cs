using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>The peers' lines of a shell.</summary>
static class Scripts
{
    const string Psql = "psql -X -q -v ON_ERROR_STOP=1";

    public static string CopyPipe(string table) => Copy("$SOURCE", table, "$PEER", table);

    public static string Copy(string source, string from, string destination, string to) =>
        $"""
         {Psql} -d "{source}" -c "copy {from} to stdout (format binary)" | {Psql} -d "{destination}" -c "copy {to} from stdin (format binary)"
         """;

    public static string CopyPipeIndexAfter(string table) =>
        $"""
         {CopyPipe(table)}
         {Psql} -d "$PEER" -c "alter table {table} add primary key (id)"
         """;

    public static string DumpPipe(string table) => $"""pg_dump --no-owner -d "$SOURCE" -t {table} | {Psql} -d "$PEER" >/dev/null""";

    public static string DumpPipeOfSchema(string schema) => $"""pg_dump --no-owner -d "$SOURCE" -n {schema} | {Psql} -d "$PEER" >/dev/null""";

    /// <summary>Writes whatever comes, in one transaction, by way of a temporary table.</summary>
    public static string BlindUpsert(string query, string table) =>
        $"""
         {Psql} -d "$SOURCE" -c "copy ({query}) to stdout (format binary)" | {Psql} -d "$PEER" -1 \
           -c "create temporary table stage (like {table})" -c "copy stage from stdin (format binary)" \
           -c "{BlindInsert("stage", table)}"
         """;

    public static string BlindInsert(string stage, string table) =>
        $"insert into {table} select * from {stage} on conflict (id) do update set "
        + string.Join(", ", RecordsTable.Others.Select(c => $"{c} = excluded.{c}"));
}
