using System.Diagnostics;
using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A key that is revoked, or has expired, is none within a second.</summary>
public sealed class RevocationTests : AccessTest
{
    [Fact]
    public async Task Calls_are_refused_within_a_second_of_the_revocation()
    {
        var (secret, id) = await Server.KeyAsync(Role.Operator, Project);
        await PauseAsync(secret);

        var answer = await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = id.ToString() });
        var since = Stopwatch.StartNew();
        await Eventually.HoldsAsync(async () => await Record.ExceptionAsync(() => PauseAsync(secret)) is RpcException { StatusCode: StatusCode.Unauthenticated });

        Assert.Equal((CommandOutcome.Accepted, "admin"), (answer.Outcome, answer.ApiKey.RevokedBy));
        Assert.InRange(since.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public async Task Streams_end_within_a_second_of_the_revocation_with_UNAUTHENTICATED()
    {
        var (secret, id) = await Server.KeyAsync(Role.Viewer, Project);
        using var stream = new JobService.JobServiceClient(Server.As(secret)).WatchJobs(new WatchJobsRequest());
        Assert.True(await stream.ResponseStream.MoveNext(default));
        await Jobs.Watching.Task;

        await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = id.ToString() });
        var since = Stopwatch.StartNew();
        var error = await RefusedAsync(() => stream.ResponseStream.MoveNext(default));

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        Assert.InRange(since.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public async Task Streams_end_when_their_key_expires()
    {
        var (secret, _) = await Server.KeyAsync(Role.Viewer, Project, expires: TimeProvider.System.GetUtcNow().AddSeconds(3));
        using var stream = new JobService.JobServiceClient(Server.As(secret)).WatchJobs(new WatchJobsRequest());
        Assert.True(await stream.ResponseStream.MoveNext(default));

        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(() => stream.ResponseStream.MoveNext(default))).StatusCode);
    }

    [Fact]
    public async Task Stream_that_its_client_ends_is_not_taken_for_one_of_a_revoked_key()
    {
        using var stream = new JobService.JobServiceClient(Server.As(Admin)).WatchJobs(new WatchJobsRequest());
        Assert.True(await stream.ResponseStream.MoveNext(default));

        using var stop = new CancellationTokenSource(100);
        Assert.Equal(StatusCode.Cancelled, (await RefusedAsync(() => stream.ResponseStream.MoveNext(stop.Token))).StatusCode);
    }

    [Fact]
    public async Task To_revoke_once_more_changes_nothing()
    {
        var (_, id) = await Server.KeyAsync(Role.Operator, Project);
        var first = await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = id.ToString() });

        var second = await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = id.ToString() });

        Assert.Equal((CommandOutcome.AlreadySo, first.ApiKey.Revoked), (second.Outcome, second.ApiKey.Revoked));
    }
}
