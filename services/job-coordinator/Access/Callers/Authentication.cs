using System.Diagnostics.Metrics;
using System.Net;
using Grpc.Core;
using Headgate.Hosting.Telemetry;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Access.Tokens;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Callers;

/// <summary>
/// Finds who makes a call. Failures are counted and not stored: whoever has no key could fill a table with them. What was sent as a key is
/// in no log and no answer.
/// </summary>
sealed partial class Authentication(
    KnownKeys keys, KeyHashes hashes, KeyUses uses, TokenCallers tokens, WrongKeys wrongKeys, TimeProvider time, ILogger<Authentication> log)
{
    const string Scheme = "Bearer ";

    static readonly Counter<long> Failures = HeadgateTelemetry.Meter.CreateCounter<long>(
        "headgate.access.failures", "{call}", "Calls without a key that is accepted, by reason");

    /// <exception cref="RpcException">UNAUTHENTICATED, RESOURCE_EXHAUSTED after too many wrong keys, or PERMISSION_DENIED for a token without a role.</exception>
    public ValueTask<Caller> CallerOfAsync(ServerCallContext context) => CallerOfAsync(
        SentWith(context), context.GetHttpContext().Connection.RemoteIpAddress, context.CancellationToken);

    /// <param name="header">The header `authorization`; null or empty: none.</param>
    /// <param name="peer">Who sent it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RpcException">UNAUTHENTICATED, RESOURCE_EXHAUSTED after too many wrong keys, or PERMISSION_DENIED for a token without a role.</exception>
    public async ValueTask<Caller> CallerOfAsync(string? header, IPAddress? peer, CancellationToken cancellationToken)
    {
        if (Secret(header) is not { } sent) throw Counted("no key", AccessErrors.NoKey());
        var caller = KeySecret.IsLikely(sent)
            ? await HolderOfAsync(sent, cancellationToken)
            : await tokens.HolderOfAsync(sent, cancellationToken);
        if (caller is null || HasExpired(caller)) throw Wrong(peer);
        if (caller.Role == Role.Unspecified) throw Counted("no role", AccessErrors.NoRole(caller.Name));
        if (caller.KeyId is { } used) uses.Note(used);
        return caller;
    }

    /// <summary>Whether a caller would still be let in: for streams, which live longer than keys.</summary>
    public async ValueTask<bool> IsStillAcceptedAsync(Caller caller, CancellationToken cancellationToken) =>
        !HasExpired(caller) && (caller.KeyId is not { } key || await keys.HasAsync(key, cancellationToken));

    async ValueTask<Caller?> HolderOfAsync(string sent, CancellationToken cancellationToken)
    {
        if (!KeySecret.TryParse(sent, out var secret) || await keys.FindAsync(secret.Prefix, cancellationToken) is not { } key) return null;
        if (hashes.AreOf(secret, key.Hash))
            return new Caller { Name = key.Name, Role = key.Role, Project = key.Project, KeyId = key.Id, Expires = key.Expires };
        if (key.PepperMark != hashes.PepperMark) LogOtherPepper(key.Name);
        return null;
    }

    bool HasExpired(Caller caller) => caller.Expires <= time.GetUtcNow();

    RpcException Wrong(IPAddress? peer) =>
        wrongKeys.TooMany(peer ?? IPAddress.None) is { } after
            ? Counted("too many", AccessErrors.TooManyWrongKeys(after))
            : Counted("wrong key", AccessErrors.WrongKey());

    static RpcException Counted(string reason, RpcException error)
    {
        Failures.Add(1, new KeyValuePair<string, object?>("reason", reason));
        return error;
    }

    // Two of them: which one counts would be anybody's guess.
    static string? SentWith(ServerCallContext context) =>
        context.RequestHeaders.Where(entry => entry.Key == "authorization").Take(2).ToList() is [{ IsBinary: false, Value: var value }] ? value : null;

    static string? Secret(string? header) =>
        header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true && header[Scheme.Length..].Trim() is { Length: > 0 } sent ? sent : null;
}
