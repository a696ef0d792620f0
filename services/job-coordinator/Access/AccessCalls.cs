using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access;

/// <summary>API keys, for those who may hand them out.</summary>
sealed class AccessCalls(CoordinatorState state, KeyTable keys, IdempotentCalls calls, Reading.Tokens tokens, TimeProvider time) : AccessService.AccessServiceBase
{
    const int UsualPage = 50;
    const int LargestPage = 1000;

    public override Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var key = KeyOf(request, context.Caller());
        if (key.Problems(time.GetUtcNow()).ToList() is { Count: > 0 } problems) throw CallErrors.Invalid(problems);
        context.SetAuditSubject(key.Project, $"API key {key.Name}");
        return calls.RunAsync(
            context,
            request,
            first: call => CreateAsync(call, key, context.CancellationToken),
            again: async made =>
            {
                made.ApiKey = await AsItStandsAsync(made.ApiKey, context.CancellationToken);
                return made;
            },
            kept: WithoutSecret);
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var (project, stop) = (context.Caller().Project, context.CancellationToken);
        var size = PageSizes.Check(request.PageSize, UsualPage, LargestPage);
        var filter = new KeyFilter(request.Project is { Length: > 0 } named ? named : project, request.IncludeRevoked);
        var bound = new ListApiKeysRequest(request) { PageToken = "" };
        var after = request.PageToken.Length == 0
            ? KeyPlace.First : KeyPlace.Parse(await tokens.OpenAsync("page_token", bound, project, request.PageToken, stop));
        await using var connection = await state.Source.OpenConnectionAsync(stop);
        var found = await keys.ListAsync(connection, filter, after, size + 1, stop);
        var response = new ListApiKeysResponse { ApiKeys = { found.Take(size) } };
        if (found.Count > size) response.NextPageToken = await tokens.SealAsync("page_token", bound, project, KeyPlace.Of(found[size - 1]).ToString(), stop);
        return response;
    }

    public override Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context) => calls.RunAsync(
        context,
        request,
        first: call => RevokeAsync(call, Guid.Parse(request.Id), context),
        again: async revoked =>
        {
            revoked.ApiKey = await AsItStandsAsync(revoked.ApiKey, context.CancellationToken);
            return revoked;
        });

    static NewKey KeyOf(CreateApiKeyRequest request, Caller caller) => new()
    {
        Name = request.Name,
        Role = request.Role == Role.Unspecified ? Role.Operator : request.Role,
        Project = request.AllProjects ? null : request.Project,
        Expires = request.Expires is { } expires ? TimeOf(expires) : null,
        CreatedBy = caller.Name,
    };

    static DateTimeOffset TimeOf(Timestamp time)
    {
        try
        {
            return time.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw CallErrors.Invalid(("expires", "Expected a time from year 1 to 9999."));
        }
    }

    async Task<CreateApiKeyResponse> CreateAsync(IdempotentCall call, NewKey key, CancellationToken cancellationToken)
    {
        var secret = KeySecret.New();
        var made = await keys.AddAsync(await call.ConnectionAsync(cancellationToken), key, secret, cancellationToken)
            ?? throw CallErrors.Invalid(("name", $"There is another key {key.Name} that is neither revoked nor expired."));
        return new CreateApiKeyResponse
        {
            ApiKey = made,
            Outcome = CommandOutcome.Accepted,
            Sentence = $"{key.Name} has role {AccessErrors.Shown(key.Role)} in {(key.Project is { } project ? $"project {project}" : "all projects")}; its secret is shown this once.",
            Secret = secret.Reveal(),
        };
    }

    async Task<RevokeApiKeyResponse> RevokeAsync(IdempotentCall call, Guid id, ServerCallContext context)
    {
        var connection = await call.ConnectionAsync(context.CancellationToken);
        if (await keys.RevokeAsync(connection, id, context.Caller().Name, context.CancellationToken) is { } revoked)
        {
            return new RevokeApiKeyResponse
            {
                ApiKey = revoked,
                Outcome = CommandOutcome.Accepted,
                Sentence = $"Calls with {revoked.Name} are answered UNAUTHENTICATED from within a second on, and its streams end so.",
            };
        }

        var before = await keys.FindAsync(connection, id, context.CancellationToken) ?? throw CallErrors.NotFound($"There is no API key {id}.");
        return new RevokeApiKeyResponse
        {
            ApiKey = before,
            Outcome = CommandOutcome.AlreadySo,
            Sentence = $"{before.Name} was revoked by {before.RevokedBy} before.",
        };
    }

    async Task<ApiKey> AsItStandsAsync(ApiKey key, CancellationToken cancellationToken)
    {
        await using var connection = await state.Source.OpenConnectionAsync(cancellationToken);
        return await keys.FindAsync(connection, Guid.Parse(key.Id), cancellationToken) ?? key;
    }

    static CreateApiKeyResponse WithoutSecret(CreateApiKeyResponse response)
    {
        var kept = response.Clone();
        kept.Secret = "";
        return kept;
    }
}
