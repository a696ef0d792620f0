using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Keys are made, listed and revoked; a secret is seen once.</summary>
public sealed class KeyTests : AccessTest
{
    private protected override void Configure(AccessOptions options) => options.WriteUsesEvery = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task Key_can_be_used_at_once_and_is_the_actor_of_what_is_done_with_it()
    {
        var made = await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "airflow", Project = Project });

        await PauseAsync(made.Secret);

        Assert.Equal((Role.Operator, Project, "admin", CommandOutcome.Accepted), (made.ApiKey.Role, made.ApiKey.Project, made.ApiKey.CreatedBy, made.Outcome));
        var caller = Jobs.Callers.Single();
        Assert.Equal(("airflow", Role.Operator, Project, made.ApiKey.Id), (caller.Name, caller.Role, caller.Project, caller.KeyId.ToString()));
    }

    [Fact]
    public async Task Secret_is_nowhere_in_the_database_and_in_no_log()
    {
        var made = await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "secretive", Project = Project, IdempotencyKey = "1" });
        await PauseAsync(made.Secret, reason: "used");
        await RefusedAsync(() => PauseAsync($"{made.Secret[..^1]}!"));

        // Whoever has half of the secret part has more than may be seen.
        var half = made.Secret[17..39];
        foreach (var table in await Server.RowsAsync("select table_name from information_schema.tables where table_schema = 'coordinator'"))
        {
            var rows = await Server.RowsAsync($"select t::text from coordinator.{table[0]} t");
            Assert.DoesNotContain(rows, row => row[0].Contains(half, StringComparison.Ordinal) || row[0].Contains(Hex(half), StringComparison.Ordinal));
        }

        Assert.NotEmpty(Server.Log.All);
        Assert.DoesNotContain(Server.Log.All, line => line.Contains(half, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_with_a_key_to_be_made_is_named_field_by_field()
    {
        var error = await RefusedAsync(async () => await Keys.CreateApiKeyAsync(new CreateApiKeyRequest
        {
            Name = "Not A Name",
            Role = Role.Viewer,
            AllProjects = true,
            Expires = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        var violations = error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations;
        Assert.Equal(["name", "all_projects", "expires"], violations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task Name_is_free_again_once_its_key_is_revoked_or_expired()
    {
        var first = await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "twice", Project = Project });

        var taken = await RefusedAsync(async () => await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "twice", Project = "other" }));
        await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = first.ApiKey.Id });
        var second = await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "twice", Project = Project });
        await Server.Database.ExecuteAsync($"update coordinator.api_key set expires_at = now() where key_id = '{second.ApiKey.Id}'");
        await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "twice", Project = Project });

        Assert.Equal(StatusCode.InvalidArgument, taken.StatusCode);
    }

    [Fact]
    public async Task Of_keys_that_are_made_at_the_same_time_with_one_name_one_is_made()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await Record.ExceptionAsync(
            async () => await Keys.CreateApiKeyAsync(new CreateApiKeyRequest { Name = "popular", Project = Project }))));

        Assert.Single(outcomes, outcome => outcome is null);
    }

    [Fact]
    public async Task List_has_every_key_once_page_by_page_and_no_foreign_ones()
    {
        foreach (var number in Enumerable.Range(0, 7)) await Server.KeyAsync(Role.Viewer, number < 5 ? Project : "other", $"page-{number}");
        var bound = new AccessService.AccessServiceClient(Server.As((await Server.KeyAsync(Role.Admin, Project, "page-admin")).Secret));

        var all = await PagesAsync(Keys, new ListApiKeysRequest { PageSize = 2 });
        var own = await PagesAsync(bound, new ListApiKeysRequest { PageSize = 2 });
        var other = await PagesAsync(Keys, new ListApiKeysRequest { Project = "other" });

        Assert.Equal(["admin", "page-0", "page-1", "page-2", "page-3", "page-4", "page-5", "page-6", "page-admin"], all.Select(key => key.Name));
        Assert.Equal(["page-0", "page-1", "page-2", "page-3", "page-4", "page-admin"], own.Select(key => key.Name));
        Assert.Equal(["page-5", "page-6"], other.Select(key => key.Name));
    }

    [Fact]
    public async Task Text_that_no_database_can_store_is_invalid() =>
        Assert.Equal(StatusCode.InvalidArgument, (await RefusedAsync(async () => await Keys.ListApiKeysAsync(new ListApiKeysRequest { Project = "a\0b" }))).StatusCode);

    [Fact]
    public async Task Page_token_of_another_list_is_invalid()
    {
        await Server.KeyAsync(Role.Viewer, Project);
        var page = await Keys.ListApiKeysAsync(new ListApiKeysRequest { PageSize = 1 });

        foreach (var request in (ListApiKeysRequest[])
            [new() { PageToken = page.NextPageToken, IncludeRevoked = true }, new() { PageToken = page.NextPageToken, Project = Project }, new() { PageToken = "x" }])
            Assert.Equal(StatusCode.InvalidArgument, (await RefusedAsync(async () => await Keys.ListApiKeysAsync(request))).StatusCode);
    }

    [Fact]
    public async Task Revoked_and_expired_keys_are_listed_only_when_asked_for()
    {
        var (revoked, expired) = (await Server.KeyAsync(Role.Viewer, Project, "revoked"), await Server.KeyAsync(Role.Viewer, Project, "expired"));
        await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = revoked.Id.ToString() });
        await Server.Database.ExecuteAsync($"update coordinator.api_key set expires_at = now() where key_id = '{expired.Id}'");

        Assert.Equal(["admin"], (await Keys.ListApiKeysAsync(new ListApiKeysRequest())).ApiKeys.Select(key => key.Name));
        var all = (await Keys.ListApiKeysAsync(new ListApiKeysRequest { IncludeRevoked = true })).ApiKeys;
        Assert.Equal(["admin", "expired", "revoked"], all.Select(key => key.Name));
        Assert.Equal("admin", all[2].RevokedBy);
    }

    [Fact]
    public async Task Use_is_written_to_the_minute()
    {
        await PauseAsync((await Server.KeyAsync(Role.Operator, Project, "used")).Secret);

        await Eventually.HoldsAsync(async () => (await Server.RowsAsync(
            "select 1 from coordinator.api_key where name = 'used' and last_used_at = date_trunc('minute', last_used_at) and last_used_at > now() - interval '2 minutes'")).Count == 1);
    }

    [Fact]
    public async Task Calls_with_keys_that_are_known_or_wrong_ask_the_database_nothing()
    {
        var (secret, _) = await Server.KeyAsync(Role.Viewer, Project);
        using var looks = new QueryCount(Server.Database.Name, "api_key");

        // A viewer's pause ends before anything but the key is looked up.
        foreach (var sent in (string[])[secret, $"{secret[..^2]}zz", KeySecret.New().Reveal()])
            await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => await Record.ExceptionAsync(() => PauseAsync(sent))));

        Assert.InRange(looks.Count, 2, 200);
    }

    static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));

    static async Task<List<ApiKey>> PagesAsync(AccessService.AccessServiceClient client, ListApiKeysRequest request)
    {
        var keys = new List<ApiKey>();
        do
        {
            var page = await client.ListApiKeysAsync(request);
            keys.AddRange(page.ApiKeys);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return keys;
    }
}
