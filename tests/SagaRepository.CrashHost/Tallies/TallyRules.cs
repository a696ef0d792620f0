namespace Headgate.SagaRepository.CrashHost.Tallies;

/// <param name="Output">Where <see cref="TallyGrew"/> is sent.</param>
/// <param name="SendsAgain">Whether a duplicate that may not have been answered is answered again.</param>
public sealed record TallyRules(Uri Output, bool SendsAgain = true);
