using Grpc.Core;
using Headgate.Cli.Asking;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>A launch by a person is confirmed with what it is about to do.</summary>
static class Launch
{
    /// <summary>Asked on a terminal only, and not with --yes.</summary>
    /// <param name="session">The invocation.</param>
    /// <param name="what">The question.</param>
    /// <param name="validate">Tells what it is about to do.</param>
    /// <param name="seen">Called with that, where somebody has seen it and said yes.</param>
    public static Task<bool> ConfirmAsync(
        this Session session, string what, Func<Task<(RunEstimate? Estimate, string Sentence)>> validate, Action<RunEstimate>? seen = null) =>
        session.ConfirmAsync(_ => what, validate, seen);

    /// <summary>The same with a question that depends on what it is about to do; null: nobody could tell.</summary>
    public static async Task<bool> ConfirmAsync(
        this Session session, Func<RunEstimate?, string> what, Func<Task<(RunEstimate? Estimate, string Sentence)>> validate, Action<RunEstimate>? seen = null)
    {
        if (session.Parsed.Has(CommandOptions.Yes) || !session.CanAsk) return true;
        RunEstimate? estimate = null;
        try
        {
            (estimate, var sentence) = await validate();
            if (estimate is not null) session.Screen.Estimate(estimate);
            session.Screen.Say(sentence);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unimplemented)
        {
            // The coordinator cannot tell yet: the question alone is left.
        }

        var isMeant = await session.Terminal.ConfirmAsync(what(estimate), session.Stop);
        if (isMeant && estimate is not null) seen?.Invoke(estimate);
        return isMeant;
    }
}
