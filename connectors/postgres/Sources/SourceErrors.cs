using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Npgsql;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>What server errors mean while reading.</summary>
static class SourceErrors
{
    public const string SnapshotLost = "snapshot-lost";

    public static ConnectorException From(NpgsqlException exception, string subject)
    {
        var error = PostgresProblem.From(exception, subject);
        // No record is rejected at a source: a view or a filter failed to compute.
        return error.Problem.Code == SqlStates.RecordRejected
            ? PostgresProblem.Of("read-failed", error.Problem.Sentence, sqlState: error.Problem.SqlState)
            : error;
    }

    /// <summary>
    /// What the policies hide would look as if it were gone. Nothing but the server's function tells this from a right that is missing.
    /// </summary>
    public const string RowSecurityCheck = "check_enable_rls";

    public static ConnectorException Hidden(ReadPlan plan, string sqlState) => Fitting.Blocked(plan.Object.ObjectNo, "row-security",
        $"Object {plan.Object.From}: row security at the source may hide records from the role, and what it hides would "
        + (plan.Object.Replaces is { } table
            ? $"not be in the table that takes the place of {table}: give the role BYPASSRLS, or resync without drop-and-load."
            : "count as vanished: give the role BYPASSRLS, or set onVanished: keep."), sqlState);

    public static ConnectorException Lost(string subject, string cause, string? sqlState = null) =>
        PostgresProblem.Of(SnapshotLost, $"{subject}: {cause}.", retryable: true, sqlState);
}
