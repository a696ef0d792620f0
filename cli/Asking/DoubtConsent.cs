using Grpc.Core;
using Headgate.Cli.Output;
using Headgate.Cli.Verbs;
using Headgate.V1;

namespace Headgate.Cli.Asking;

/// <summary>Consent to records that a stop by force leaves in doubt: only the coordinator knows whether there would be any, so it is asked last.</summary>
static class DoubtConsent
{
    /// <summary>Sends a command; one that is refused for the records it would leave in doubt is talked about, and sent again if it is meant.</summary>
    /// <param name="session">Of the invocation.</param>
    /// <param name="send">With whether they may be left in doubt, and the idempotency key: the command that was refused had another content.</param>
    public static async Task<T> AcceptingDoubtAsync<T>(this Session session, Func<bool, string, Task<T>> send)
    {
        var isAccepted = session.Parsed.Has(CancelVerb.AcceptInDoubt);
        try
        {
            return await send(isAccepted, session.IdempotencyKey);
        }
        catch (RpcException error) when (!isAccepted && session.CanAsk && Sentence(error) is not null)
        {
            if (!await session.Terminal.ConfirmAsync($"{SafeText.Line(Sentence(error)!)} Leave them in doubt?", session.Stop)) throw;
            return await send(true, Guid.NewGuid().ToString());
        }
    }

    static string? Sentence(RpcException error) =>
        error.GetRpcStatus()?.GetDetail<Refusal>() is { Rule: Rule.AcceptInDoubt, Sentence: var sentence } ? sentence : null;
}
