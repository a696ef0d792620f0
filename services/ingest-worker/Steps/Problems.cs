using Headgate.Connectors;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Staging;
using Headgate.PipelineFiles;
using Npgsql;

namespace Headgate.IngestWorker.Steps;

/// <summary>Turns whatever was thrown into a problem without any record value in it.</summary>
static class Problems
{
    public static Problem Of(Exception error) => error switch
    {
        ConnectorException connector => connector.Problem,
        StepException step => step.Problem,
        ConnectionReferenceException reference =>
            new Problem { Code = "connection-unresolved", Sentence = reference.Message, Retryable = false },
        IOException full when Posix.IsDiskFull(full) => Retryable("staging-full", "The file system of the staging directory is full."),
        IOException or UnauthorizedAccessException =>
            Retryable("staging-failed", $"The staging directory could not be used ({error.GetType().Name})."),
        // The state database's own error text stays out too: it can quote a range, and a range holds keys.
        NpgsqlException { IsTransient: true } state =>
            Retryable("state-unavailable", "The worker's state database does not answer.", state.SqlState),
        NpgsqlException state => Internal(error) with { SqlState = state.SqlState },
        _ => Internal(error),
    };

    /// <summary>Whether the problem was foreseen; any other is a fault of this program and is logged with its stack.</summary>
    public static bool AreForeseen(Exception error) =>
        error is ConnectorException or StepException or ConnectionReferenceException or IOException or UnauthorizedAccessException;

    static Problem Retryable(string code, string sentence, string? sqlState = null) =>
        new() { Code = code, Sentence = sentence, SqlState = sqlState, Retryable = true };

    static Problem Internal(Exception error) =>
        new() { Code = "internal", Sentence = $"The worker met an unexpected {error.GetType().Name}.", Retryable = false };

    /// <summary>The fence was set at another server, or before a failover: an operator has to say that the job may go on here.</summary>
    public static Problem DestinationChanged(string table) => new()
    {
        Code = "destination-changed",
        Sentence = $"Object {table}: the destination was failed over or restored since the launch; look at it, then enable the pipeline.",
        Retryable = false,
    };
}
