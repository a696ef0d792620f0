namespace Headgate.Bench.Peers;

/// <summary>The peers' lines of a shell.</summary>
static class Scripts
{
    const string Psql = "psql -X -q -v ON_ERROR_STOP=1";

    public static string CopyPipe(string table) =>
        $"""
         {Psql} -d "$SOURCE" -c "copy {table} to stdout (format binary)" | {Psql} -d "$PEER" -c "copy {table} from stdin (format binary)"
         """;

    public static string CopyPipeIndexAfter(string table) =>
        $"""
         {CopyPipe(table)}
         {Psql} -d "$PEER" -c "alter table {table} add primary key (id)"
         """;

    public static string DumpPipe(string table) => $"""pg_dump --no-owner -d "$SOURCE" -t {table} | {Psql} -d "$PEER" >/dev/null""";
}
