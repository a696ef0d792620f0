using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Looks for null and repeated keys among the records that would be read, where no index guarantees that there are none.</summary>
static class KeyCheck
{
    public static async Task RunAsync(SnapshotTransaction transaction, ReadPlan plan, CancellationToken cancellationToken)
    {
        var key = ReadStatement.KeyColumns(plan);
        try
        {
            await transaction.SetAsync(ReadStatement.WindowSettings(plan).ToArray(), cancellationToken);
            foreach (var column in key)
            {
                var nulls = ReadStatement.From(plan, [.. Read(plan), $"{SqlText.Identifier(column)} IS NULL"]);
                if (await AnyAsync(transaction, $"SELECT 1{nulls}", cancellationToken))
                    throw PostgresProblem.Of("key-null", $"Object {plan.Object.From}: key column \"{column}\" is null in some records.");
            }

            var columns = SqlText.Identifiers(key);
            if (await AnyAsync(transaction, $"SELECT 1{ReadStatement.From(plan, Read(plan))} GROUP BY {columns} HAVING count(*) > 1", cancellationToken))
                throw PostgresProblem.Of("key-duplicate", $"Object {plan.Object.From}: several records have the same key ({SqlText.Shown(key)}).");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            throw PostgresProblem.Of("key-unchecked",
                $"Object {plan.Object.From}: checking that its key ({SqlText.Shown(key)}) is unique took too long; "
                + "create a unique index on NOT NULL columns of it.", sqlState: e.SqlState);
        }
    }

    static IEnumerable<string> Read(ReadPlan plan)
    {
        if (ReadStatement.Window(plan) is not { } window) yield break;
        yield return plan is { NullCursors: true, Object.Cursor.Nullable: true }
            ? $"({window} OR {SqlText.Identifier(plan.Object.Cursor.Name)} IS NULL)"
            : $"({window})";
    }

    static async Task<bool> AnyAsync(SnapshotTransaction transaction, string select, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT EXISTS ({select})", transaction.Connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
