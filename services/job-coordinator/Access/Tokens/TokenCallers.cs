using System.Security.Claims;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Calls;
using Headgate.V1;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Headgate.JobCoordinator.Access.Tokens;

/// <summary>Who holds a token of the identity provider. A token cannot be revoked here: it is accepted until it expires.</summary>
sealed partial class TokenCallers
{
    const string AllProjects = "*";
    const int LongestName = 200;

    // Signatures of the provider's own keys only: one by a shared secret would need it here, and one by "none" is nobody's.
    static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    readonly JsonWebTokenHandler _handler = new();
    readonly TokenOptions _options;
    readonly ILogger<TokenCallers> _log;
    readonly TimeProvider _time;
    readonly ConfigurationManager<OpenIdConnectConfiguration>? _provider;

    public TokenCallers(IOptions<AccessOptions> options, TimeProvider time, ILogger<TokenCallers> log)
    {
        (_options, _time, _log) = (options.Value.Tokens, time, log);
        if (_options.Authority.Length == 0) return;
        var authority = new Uri(_options.Authority.TrimEnd('/') + "/");
        _provider = new ConfigurationManager<OpenIdConnectConfiguration>(
            new Uri(authority, ".well-known/openid-configuration").ToString(),
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever { RequireHttps = !authority.IsLoopback });
    }

    /// <summary>Null: it is not accepted. A holder without a role that is known here has none.</summary>
    public async ValueTask<Caller?> HolderOfAsync(string token, CancellationToken cancellationToken)
    {
        if (_provider is null || !_handler.CanReadToken(token)) return null;
        var validated = await _handler.ValidateTokenAsync(token, Parameters(await IssuerAsync(_provider, cancellationToken)));
        if (!validated.IsValid || NameOf(validated.ClaimsIdentity) is not { } name) return null;
        var (role, project) = (RoleOf(validated.ClaimsIdentity), ProjectOf(validated.ClaimsIdentity));
        var isBound = project is not null && (project != AllProjects || role == Role.Admin);
        return new Caller
        {
            Name = name,
            Role = isBound ? role : Role.Unspecified,
            Project = project == AllProjects ? null : project ?? "",
            Expires = new DateTimeOffset(DateTime.SpecifyKind(validated.SecurityToken.ValidTo, DateTimeKind.Utc)),
        };
    }

    async Task<string> IssuerAsync(ConfigurationManager<OpenIdConnectConfiguration> provider, CancellationToken cancellationToken)
    {
        try
        {
            return (await provider.GetConfigurationAsync(cancellationToken)).Issuer;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogProviderAway(error.GetType().Name);
            throw CallErrors.Unavailable("The identity provider cannot be reached to check the token.");
        }
    }

    TokenValidationParameters Parameters(string issuer) => new()
    {
        ValidIssuer = issuer,
        ValidAudience = _options.Audience,
        ValidAlgorithms = Algorithms,
        ConfigurationManager = _provider,
        LifetimeValidator = (from, until, _, _) => IsAlive(from, until),
    };

    // A minute is what clocks may differ by where a token is too young; one that has expired has expired.
    bool IsAlive(DateTime? from, DateTime? until)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return now < until && (from is null || from <= now.AddMinutes(1));
    }

    string? NameOf(ClaimsIdentity holder) =>
        holder.FindFirst(_options.NameClaim)?.Value is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? $"token:{name}" : null;

    Role RoleOf(ClaimsIdentity holder) => holder.FindAll(_options.RoleClaim).Select(claim => RoleOf(claim.Value)).DefaultIfEmpty().Max();

    Role RoleOf(string value) => _options.Roles.TryGetValue(value, out var role) ? role
        : value.All(char.IsAsciiLetter) && Enum.TryParse(value, ignoreCase: true, out role) ? role
        : Role.Unspecified;

    // More than one: a caller is bound to one, and it is not to be guessed which.
    string? ProjectOf(ClaimsIdentity holder) =>
        holder.FindAll(_options.ProjectClaim).Select(claim => claim.Value).ToList() is [{ Length: > 0 } project] ? project : null;
}
