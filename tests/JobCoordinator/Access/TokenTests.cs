using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Headgate.JobCoordinator.Access;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Tokens of an identity provider let in whom it says, as what it says.</summary>
public sealed class TokenTests : AccessTest
{
    const string Audience = "headgate";

    readonly RSA _rsa = RSA.Create(2048);
    WebApplication _provider = null!;

    string Issuer => _provider.Urls.Single();

    private protected override void Configure(AccessOptions options)
    {
        (options.Tokens.Authority, options.Tokens.Audience) = (Issuer, Audience);
        options.Tokens.Roles["data-team"] = Role.Operator;
    }

    public override async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _provider = builder.Build();
        _provider.MapGet("/.well-known/openid-configuration", () => new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" });
        _provider.MapGet("/keys", () => new { keys = new[] { PublicKey() } });
        await _provider.StartAsync();
        await base.InitializeAsync();
    }

    [Theory]
    [InlineData("ADMIN", "*")]
    [InlineData("operator", Project)]
    [InlineData("data-team", Project)]
    public async Task Holder_is_the_actor_with_the_role_and_project_that_the_token_says(string role, string project)
    {
        await PauseAsync(Token(role, project));

        var caller = Jobs.Callers.Single();
        Assert.Equal(("token:alice", (Guid?)null, project == "*" ? null : project), (caller.Name, caller.KeyId, caller.Project));
        Assert.Equal(role == "ADMIN" ? Role.Admin : Role.Operator, caller.Role);
        Assert.Equal("token:alice", (await Server.RowsAsync("select distinct actor from coordinator.audit")).Single()[0]);
    }

    [Theory]
    [InlineData("VIEWER", Project)]
    [InlineData("2", Project)]
    [InlineData("nobody", Project)]
    [InlineData("OPERATOR", "*")]
    [InlineData("OPERATOR", "")]
    [InlineData("OPERATOR", "other")]
    public async Task Holder_whose_role_or_project_does_not_suffice_is_not_let_in(string role, string project)
    {
        var error = await RefusedAsync(() => PauseAsync(Token(role, project)));

        Assert.Equal(project == "other" ? StatusCode.NotFound : StatusCode.PermissionDenied, error.StatusCode);
        Assert.Empty(Jobs.Executed);
    }

    [Fact]
    public async Task Token_of_somebody_else_for_somebody_else_or_of_yesterday_is_not_accepted()
    {
        using var other = RSA.Create(2048);
        var tokens = new[]
        {
            Token("ADMIN", "*", audience: "another"),
            Token("ADMIN", "*", issuer: "http://127.0.0.1:1"),
            Token("ADMIN", "*", until: TimeProvider.System.GetUtcNow().AddSeconds(-1)),
            Token("ADMIN", "*", signing: new SigningCredentials(new RsaSecurityKey(other) { KeyId = "one" }, SecurityAlgorithms.RsaSha256)),
            Token("ADMIN", "*", signing: new SigningCredentials(new SymmetricSecurityKey(_rsa.ExportRSAPublicKey()), SecurityAlgorithms.HmacSha256)),
            Token("ADMIN", "*").Split('.')[1],
            $"eyJhbGciOiJub25lIn0.{Token("ADMIN", "*").Split('.')[1]}.",
        };

        foreach (var token in tokens) Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(() => PauseAsync(token))).StatusCode);
        Assert.DoesNotContain(Server.Log.All, line => tokens.Any(token => line.Contains(token, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Keys_are_accepted_beside_tokens() => await PauseAsync(Admin);

    [Fact]
    public async Task While_the_provider_is_away_tokens_are_UNAVAILABLE_and_keys_are_accepted()
    {
        var token = Token("ADMIN", "*");
        await _provider.StopAsync();

        Assert.Equal(StatusCode.Unavailable, (await RefusedAsync(() => PauseAsync(token))).StatusCode);
        await PauseAsync(Admin);
    }

    string Token(
        string role, string project, string audience = Audience, string? issuer = null, DateTimeOffset? until = null, SigningCredentials? signing = null)
    {
        var expires = until ?? TimeProvider.System.GetUtcNow().AddMinutes(5);
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience,
            NotBefore = expires.AddMinutes(-10).UtcDateTime,
            IssuedAt = expires.AddMinutes(-10).UtcDateTime,
            Expires = expires.UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = "alice", ["headgate_role"] = role, ["headgate_project"] = project },
            SigningCredentials = signing ?? new SigningCredentials(new RsaSecurityKey(_rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        });
    }

    JsonElement PublicKey()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.SerializeToElement(new
        {
            kty = "RSA",
            use = "sig",
            kid = "one",
            alg = "RS256",
            n = Base64UrlEncoder.Encode(key.Modulus),
            e = Base64UrlEncoder.Encode(key.Exponent),
        });
    }
}
