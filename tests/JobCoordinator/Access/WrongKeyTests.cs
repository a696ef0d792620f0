using Grpc.Core;
using Headgate.JobCoordinator.Access;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Whoever guesses is slowed down, and nobody else.</summary>
public sealed class WrongKeyTests : AccessTest
{
    const int PerPeer = 5;

    private protected override void Configure(AccessOptions options) => (options.WrongKeysPerPeer, options.WrongKeysWindow) = (PerPeer, TimeSpan.FromHours(1));

    [Fact]
    public async Task Wrong_keys_are_answered_RESOURCE_EXHAUSTED_with_a_time_once_they_are_too_many()
    {
        var errors = new List<RpcException>();
        foreach (var _ in Enumerable.Range(0, PerPeer + 2)) errors.Add(await RefusedAsync(() => PauseAsync(Wrong())));

        Assert.All(errors.Take(PerPeer), error => Assert.Equal(StatusCode.Unauthenticated, error.StatusCode));
        Assert.All(errors.Skip(PerPeer), error => Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode));
        var after = errors[^1].GetRpcStatus()!.GetDetail<Google.Rpc.RetryInfo>()!.RetryDelay.ToTimeSpan();
        Assert.InRange(after, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Right_key_is_let_in_while_wrong_ones_of_its_own_address_are_too_many_even_if_it_is_new()
    {
        foreach (var _ in Enumerable.Range(0, PerPeer + 1)) await RefusedAsync(() => PauseAsync(Wrong()));

        await PauseAsync(Admin);
        await PauseAsync((await Server.KeyAsync(Role.Operator, Project)).Secret);
    }

    [Fact]
    public async Task No_key_at_all_is_not_counted()
    {
        foreach (var _ in Enumerable.Range(0, PerPeer + 2)) Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(() => PauseAsync(secret: null))).StatusCode);
    }

    [Fact]
    public async Task Failures_to_authenticate_are_not_in_the_audit_trail()
    {
        foreach (var _ in Enumerable.Range(0, 3)) await RefusedAsync(() => PauseAsync(Wrong()));
        await RefusedAsync(() => PauseAsync(secret: null));

        Assert.Empty(await Server.RowsAsync("select * from coordinator.audit"));
    }

    static string Wrong() => Headgate.JobCoordinator.Access.Keys.KeySecret.New().Reveal();
}
