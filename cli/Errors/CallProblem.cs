using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using Headgate.Cli.Calls;
using Headgate.Cli.Configuration;

namespace Headgate.Cli.Errors;

/// <summary>What a call that failed means to whoever typed it, and what to do about it.</summary>
sealed record CallProblem(string Sentence, IReadOnlyList<string> Next)
{
    public static CallProblem Explain(RpcException error, Session session)
    {
        var server = session.Settings.Server;
        var said = error.Status.Detail is { Length: > 0 } detail ? detail : $"{CodeNames.Of(error.StatusCode)}.";
        return error.StatusCode switch
        {
            StatusCode.Unavailable when Unreached(error) is { } why => new(
                $"No coordinator answers at {server.OriginalString}: {why}. Is it running there? "
                + $"Another address: --server, {Names.Server} or `server` in {session.Settings.ConfigFile}.",
                session.Repetition),
            StatusCode.Unavailable => new(said, session.Repetition),
            StatusCode.DeadlineExceeded => new(
                $"{server.OriginalString} has not answered within {session.Settings.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s (--timeout)"
                + (session.Calls.IsCommanded ? "; what was commanded may still take effect." : "."),
                session.Repetition),
            StatusCode.Unauthenticated => new(
                $"{said} The key comes from {Names.Key}, or from a file of mode 0600 named by --key-file, {Names.KeyFile} or `keyFile` in {session.Settings.ConfigFile}.",
                []),
            StatusCode.Unimplemented when error.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal) =>
                new($"What answers at {server.OriginalString} is no coordinator of Headgate.", []),
            StatusCode.Unimplemented when error.Status.Detail.Length == 0 => new("The coordinator does not do this yet.", []),
            StatusCode.Internal when error.IsUnansweredPing() => new($"{server.OriginalString} has fallen silent.", session.Repetition),
            StatusCode.Internal when error.Status.DebugException is { } broken => new(
                $"{server.OriginalString} does not speak gRPC over {server.Scheme}: {Innermost(broken).Message}", []),
            _ => new(said, []),
        };
    }

    static string? Unreached(RpcException error)
    {
        if (error.Status.DebugException is not { } exception) return null;
        for (var each = exception; each is not null; each = each.InnerException)
        {
            if (each is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return "the connection is refused";
            if (each is SocketException or AuthenticationException) return each.Message.TrimEnd('.');
        }

        return exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? exception.Message.TrimEnd('.') : null;
    }

    static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
