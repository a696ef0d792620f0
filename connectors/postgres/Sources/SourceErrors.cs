using Headgate.Connectors.Postgres.Errors;
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

    public static ConnectorException Lost(string subject, string cause, string? sqlState = null) =>
        PostgresProblem.Of(SnapshotLost, $"{subject}: {cause}.", retryable: true, sqlState);
}
