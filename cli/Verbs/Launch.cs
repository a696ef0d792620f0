using Grpc.Core;
using Headgate.Cli.Asking;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>A launch by a person is confirmed with what it is about to do.</summary>
static class Launch
{
    /// <summary>Asked on a terminal only, and not with --yes.</summary>
    public static Task<bool> ConfirmAsync(this Session session, string what, Func<Task<(RunEstimate? Estimate, string Sentence)>> validate) =>
        session.ConfirmAsync(_ => what, validate);

    /// <summary>The same with a question that depends on what it is about to do; null: nobody could tell.</summary>
    public static async Task<bool> ConfirmAsync(
        this Session session, Func<RunEstimate?, string> what, Func<Task<(RunEstimate? Estimate, string Sentence)>> validate)
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

        return await session.Terminal.ConfirmAsync(what(estimate), session.Stop);
    }
}
