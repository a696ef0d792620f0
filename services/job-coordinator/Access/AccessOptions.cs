using Headgate.JobCoordinator.Access.Tokens;

namespace Headgate.JobCoordinator.Access;

/// <summary>Settings of who may call what, in HEADGATE_ACCESS__NAME environment variables.</summary>
public sealed class AccessOptions
{
    /// <summary>
    /// How long API keys are known without asking the database again: a revoked one is not accepted, and its streams end, within twice
    /// that. Default 400 ms.
    /// </summary>
    public TimeSpan KeysKnownFor { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Wrong keys that one address (of IPv6: one /64) may send in a <see cref="WrongKeysWindow"/>. Default 20.</summary>
    public int WrongKeysPerPeer { get; set; } = 20;

    /// <summary>Wrong keys that all addresses together may send in a <see cref="WrongKeysWindow"/>. Default 600.</summary>
    public int WrongKeysInTotal { get; set; } = 600;

    /// <summary>The time for which wrong keys are counted. Default 1 minute.</summary>
    public TimeSpan WrongKeysWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the times at which keys were last used are written. Default 10 s.</summary>
    public TimeSpan WriteUsesEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Tokens of an identity provider, beside API keys. Without an authority: none.</summary>
    public TokenOptions Tokens { get; set; } = new();

    /// <summary>What is wrong with it; null: nothing.</summary>
    internal string? Problem => Tokens.Problem
        ?? (WrongKeysPerPeer < 1 || WrongKeysInTotal < 1 ? "HEADGATE_ACCESS__WRONGKEYSPERPEER and ...WRONGKEYSINTOTAL must be 1 or more."
            : KeysKnownFor <= TimeSpan.Zero || WrongKeysWindow <= TimeSpan.Zero || WriteUsesEvery <= TimeSpan.Zero
                ? "HEADGATE_ACCESS__KEYSKNOWNFOR, ...WRONGKEYSWINDOW and ...WRITEUSESEVERY must be more than 0."
            : null);
}
