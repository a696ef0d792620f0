using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Tokens;

/// <summary>Settings of bearer tokens (JWT), in HEADGATE_ACCESS__TOKENS__NAME environment variables.</summary>
public sealed class TokenOptions
{
    /// <summary>
    /// The identity provider, the metadata of which are at this address and `/.well-known/openid-configuration`; https, or http on
    /// loopback. Default empty: tokens are not accepted.
    /// </summary>
    public string Authority { get; set; } = "";

    /// <summary>Whom a token must be meant for (`aud`); needed with an authority.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The claim that names the holder: the actor is `token:` and its value. Default `sub`.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>The claim that says the role; of several values the highest counts. Default `headgate_role`.</summary>
    public string RoleClaim { get; set; } = "headgate_role";

    /// <summary>Which role a value of the role claim means. Values that are not listed mean the role of their name (ADMIN), or none.</summary>
    public Dictionary<string, Role> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>What is wrong with it; null: nothing.</summary>
    internal string? Problem => Authority.Length == 0 ? null
        : !Uri.TryCreate(Authority, UriKind.Absolute, out var authority) ? "HEADGATE_ACCESS__TOKENS__AUTHORITY must be an address."
        : authority.Scheme != Uri.UriSchemeHttps && !(authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback)
            ? "HEADGATE_ACCESS__TOKENS__AUTHORITY must be https, or http on loopback."
        : Audience.Length == 0 ? "HEADGATE_ACCESS__TOKENS__AUDIENCE is not set: whom tokens are meant for."
        : null;

    /// <summary>The claim that says the one project; `*`, with role ADMIN only: all. Default `headgate_project`.</summary>
    public string ProjectClaim { get; set; } = "headgate_project";
}
