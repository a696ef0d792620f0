using Headgate.Bench.Peers;
using Headgate.Bench.Processes;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>A destination table that already holds something when the measuring begins.</summary>
static class DestinationTable
{
    /// <summary>Makes it anew with the rows of a source table, as if it had been there for a while.</summary>
    public static async Task ResetAsync(
        Installation installation, Database database, string table, string rowsOf, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync($"drop table if exists {table}", cancellationToken);
        await database.ExecuteAsync(RecordsTable.Create(table), cancellationToken);
        await Tools.ShellAsync(Scripts.Copy("$SOURCE", rowsOf, database.Name, table), installation.ClientEnvironment, cancellationToken);
        await database.ExecuteAsync($"vacuum (freeze, analyze) {table}", cancellationToken);
    }
}
