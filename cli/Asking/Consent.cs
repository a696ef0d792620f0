using Headgate.Cli.Errors;
using Headgate.Cli.Verbs;

namespace Headgate.Cli.Asking;

/// <summary>Consent to what cannot be undone.</summary>
static class Consent
{
    /// <summary>Given by --yes or on the terminal; refused, with the command line that gives it, where nobody can be asked.</summary>
    public static async Task<bool> MayAsync(this Session session, string warning)
    {
        if (session.Parsed.Has(CommandOptions.Yes)) return true;
        if (!session.CanAsk) throw session.NeedsYes(warning);
        return await session.Terminal.ConfirmAsync($"{warning} Go ahead?", session.Stop);
    }

    public static CliException NeedsYes(this Session session, string warning) =>
        new($"{warning} Nobody can be asked here, and nothing was sent: --yes says that it is meant.") { Next = [session.Suggestions.Again("--yes")] };
}
