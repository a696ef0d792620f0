using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>Has the server plan, not run, the read.</summary>
static class FilterCheck
{
    public static async Task RunAsync(SnapshotTransaction transaction, ReadPlan plan, CancellationToken cancellationToken)
    {
        var unfiltered = plan with { Object = plan.Object with { Filter = null }, Sample = null };
        await ExplainAsync(transaction, $"SELECT {ReadStatement.Fields(plan)}{ReadStatement.From(unfiltered, ["$1"])}", cancellationToken);
        if (plan.Object.Filter is { } filter) await RunAsync(transaction, unfiltered, filter, "the filter", cancellationToken);
        if (plan.Sample?.Filter is { } sampled) await RunAsync(transaction, unfiltered, sampled, "the dry run's filter", cancellationToken);
    }

    static async Task RunAsync(
        SnapshotTransaction transaction, ReadPlan unfiltered, string filter, string what, CancellationToken cancellationToken)
    {
        var plan = unfiltered with { Object = unfiltered.Object with { Filter = filter } };
        try
        {
            // A filter like "a) OR (b" would pass in parentheses and "a THEN 1 WHEN b" in a CASE; only one whole expression passes both.
            await ExplainAsync(transaction, $"SELECT 1{ReadStatement.From(plan, ["$1"])}", cancellationToken);
            await ExplainAsync(transaction,
                $"SELECT CASE WHEN\n{filter}\nTHEN 1 END{ReadStatement.From(unfiltered, ["$1"])}", cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState[..2] is "42" or "22" or "0A" or "3F" or "21")
        {
            var cause = PostgresProblem.From(e, $"Object {plan.Object.From}: {what} is not valid").Problem;
            throw Fitting.Blocked(plan.Object.ObjectNo, "filter-invalid", cause.Sentence, e.SqlState);
        }
    }

    // The parameter is there to have the statement sent as one: without one, the driver would split the text at semicolons.
    static async Task ExplainAsync(SnapshotTransaction transaction, string select, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"EXPLAIN (COSTS OFF) {select}", transaction.Connection)
        {
            Parameters = { new() { Value = true } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
