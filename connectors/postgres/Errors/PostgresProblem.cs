using System.Net.Sockets;
using System.Security.Authentication;
using Headgate.Contracts.Steps;
using Npgsql;

namespace Headgate.Connectors.Postgres.Errors;

/// <summary>
/// Turns whatever Npgsql throws into the one exception that leaves a connector. DETAIL, HINT and CONTEXT are never read, and the
/// server's message only where it cannot hold a record value (see <see cref="SafeMessage"/>).
/// </summary>
static class PostgresProblem
{
    /// <param name="exception">Anything but a cancellation.</param>
    /// <param name="subject">What the sentence begins with, for example "Object public.orders".</param>
    public static ConnectorException From(Exception exception, string subject) => exception switch
    {
        ConnectorException known => known,
        PostgresException server => FromServer(server, subject),
        SocketException socket => Unreachable(subject, SocketCause(socket.SocketErrorCode)),
        TimeoutException => Unreachable(subject, "timed out"),
        AuthenticationException => Of("tls", $"{subject}: the encrypted connection could not be negotiated."),
        IOException { InnerException: SocketException socket } => Unreachable(subject, SocketCause(socket.SocketErrorCode)),
        IOException => Unreachable(subject, "the connection was lost"),
        AggregateException { InnerException: { } inner } => From(inner, subject),
        NpgsqlException npgsql => FromDriver(npgsql, subject),
        _ => Of("unexpected", $"{subject}: unexpected {exception.GetType().Name} in the connector."),
    };

    public static ConnectorException Of(string code, string sentence, bool retryable = false, string? sqlState = null) =>
        new(new Problem { Code = code, Sentence = sentence, Retryable = retryable, SqlState = sqlState });

    static ConnectorException FromDriver(NpgsqlException exception, string subject)
    {
        if (exception.InnerException is TimeoutException && exception.Message.Contains("pool", StringComparison.Ordinal))
            return Of("too-many-connections", $"{subject}: all connections of the pool are in use.", retryable: true);
        if (exception.Message.Contains("pool has been exhausted", StringComparison.Ordinal))
            return Of("too-many-connections", $"{subject}: all connections of the pool are in use.", retryable: true);
        if (exception.Message.StartsWith("No password has been provided", StringComparison.Ordinal))
            return Of("password", $"{subject}: the server asks for a password and none is given.");
        return exception.InnerException is { } inner and not InvalidOperationException
            ? From(inner, subject)
            : Unreachable(subject, "the connection was lost");
    }

    static ConnectorException FromServer(PostgresException exception, string subject)
    {
        var kind = SqlStates.Classify(exception.SqlState);
        var cause = SafeMessage(exception) ?? SqlStates.Cause(exception.SqlState);
        if (exception.SqlState[..2] is "22" or "23") cause += Where(exception);
        var problem = new Problem
        {
            Code = kind.Code,
            Sentence = $"{subject}: {cause}.",
            SqlState = exception.SqlState,
            Retryable = kind.Retryable,
        };
        return new ConnectorException(problem)
        {
            Remedy = kind.Code == SqlStates.RecordRejected ? LoadRemedy.Halve : LoadRemedy.None,
            Constraint = exception.ConstraintName,
            Column = exception.ColumnName,
        };
    }

    /// <summary>
    /// The server's own words, for the classes whose messages name objects only; not if they come out of a function (then there is a
    /// context), because RAISE can put any value under any code.
    /// </summary>
    static string? SafeMessage(PostgresException exception) =>
        exception.SqlState[..2] is "08" or "0A" or "25" or "28" or "3D" or "3F" or "40" or "42" or "53" or "55" or "57"
            && string.IsNullOrEmpty(exception.Where)
            ? exception.MessageText.TrimEnd('.')
            : null;

    static string Where(PostgresException exception)
    {
        var parts = new List<string>(3);
        if (exception.ColumnName is { } column) parts.Add($"column \"{column}\"");
        if (exception.ConstraintName is { } constraint) parts.Add($"constraint \"{constraint}\"");
        if (exception.TableName is { } table) parts.Add($"table \"{table}\"");
        return parts.Count == 0 ? "" : $" ({string.Join(", ", parts)})";
    }

    static ConnectorException Unreachable(string subject, string cause) =>
        Of("unreachable", $"{subject} cannot be reached: {cause}.", retryable: true);

    static string SocketCause(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "host not found",
        SocketError.TimedOut => "timed out",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => "no route to the host",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection was lost",
        _ => $"socket error {error}",
    };
}
