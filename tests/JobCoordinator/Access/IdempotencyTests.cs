using Grpc.Core;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A call with an idempotency_key is executed once.</summary>
public sealed class IdempotencyTests : AccessTest
{
    [Fact]
    public async Task Repeat_is_answered_as_the_first_and_not_executed()
    {
        var first = await PauseAsync(Admin, "", "once");
        var second = await PauseAsync(Admin, "with a reason now", "once");

        Assert.Equal(first, second);
        Assert.Single(Jobs.Executed);
    }

    [Fact]
    public async Task Calls_without_a_key_are_executed_each()
    {
        await PauseAsync(Admin);
        await PauseAsync(Admin);

        Assert.Equal(2, Jobs.Executed.Distinct().Count());
    }

    [Fact]
    public async Task Repeats_at_the_same_time_wait_for_the_first_and_get_its_answer()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Jobs.OnPause = _ =>
        {
            begun.TrySetResult();
            return goOn.Task;
        };

        var calls = Enumerable.Range(0, 40).Select(_ => PauseAsync(Admin, "", "together")).ToList();
        await begun.Task;
        await Eventually.HoldsAsync(async () => (await Server.RowsAsync(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into coordinator.idempotent_call%'")).Count > 0);
        goOn.SetResult();

        var answers = await Task.WhenAll(calls);
        Assert.Single(answers.Distinct());
        Assert.Single(Jobs.Executed);
    }

    [Fact]
    public async Task Same_key_with_other_content_is_invalid()
    {
        await PauseAsync(Admin, "", "once");

        var error = await RefusedAsync(() => PauseAsync(Admin, "", "once", new JobReference { RequestId = Things.Request }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("idempotency_key", error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task Same_key_of_another_caller_is_another_key()
    {
        await PauseAsync(Admin, "", "once");
        await PauseAsync((await Server.KeyAsync(Role.Operator, Project)).Secret, "", "once");

        Assert.Equal(2, Jobs.Executed.Distinct().Count());
    }

    [Fact]
    public async Task Refusal_is_repeated_with_its_details()
    {
        Jobs.OnPause = _ => throw JobDouble.Refusal("The job has ended.");
        await RefusedAsync(() => PauseAsync(Admin, "", "refused"));
        Jobs.OnPause = _ => Task.CompletedTask;

        var error = await RefusedAsync(() => PauseAsync(Admin, "", "refused"));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal(Rule.State, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule);
        Assert.Single(Jobs.Executed);
    }

    [Fact]
    public async Task Call_that_has_failed_is_executed_again_under_the_same_id()
    {
        Jobs.OnPause = _ => throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "No answer came in time."));
        await RefusedAsync(() => PauseAsync(Admin, "", "failed"));
        Jobs.OnPause = _ => Task.CompletedTask;

        await PauseAsync(Admin, "", "failed");

        Assert.Equal(2, Jobs.Executed.Count);
        Assert.Single(Jobs.Executed.Distinct());
    }

    [Fact]
    public async Task Calls_are_forgotten_after_a_day_and_not_before()
    {
        await PauseAsync(Admin, "", "old");
        await PauseAsync(Admin, "", "young");
        await Server.Database.ExecuteAsync("update coordinator.idempotent_call set at = now() - interval '25 hours' where idempotency_key = 'old'");
        await Server.Database.ExecuteAsync("update coordinator.idempotent_call set at = now() - interval '23 hours' where idempotency_key = 'young'");

        await using var another = await SecondAsync();

        await Eventually.HoldsAsync(async () => (await Server.RowsAsync("select idempotency_key from coordinator.idempotent_call")).Count == 1);
        Assert.Equal("young", (await Server.RowsAsync("select idempotency_key from coordinator.idempotent_call")).Single()[0]);
    }

    [Fact]
    public async Task Key_that_is_made_by_a_repeat_is_the_same_and_its_secret_is_not_shown_again()
    {
        var request = new CreateApiKeyRequest { Name = "repeated", Project = Project, IdempotencyKey = "make" };
        var first = await Keys.CreateApiKeyAsync(request);

        var second = await Keys.CreateApiKeyAsync(request);

        Assert.Equal((first.ApiKey, ""), (second.ApiKey, second.Secret));
        Assert.NotEmpty(first.Secret);
    }

    [Fact]
    public async Task Repeat_shows_the_key_as_it_stands()
    {
        var request = new CreateApiKeyRequest { Name = "revoked-since", Project = Project, IdempotencyKey = "make" };
        var first = await Keys.CreateApiKeyAsync(request);
        await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = first.ApiKey.Id });

        Assert.NotNull((await Keys.CreateApiKeyAsync(request)).ApiKey.Revoked);
    }

    /// <summary>Another coordinator on the same database: what works on its own clock begins its work at its start.</summary>
    async Task<IAsyncDisposable> SecondAsync()
    {
        var (application, _) = AccessServer.Build(Server.Database.ConnectionString, application => application.MapGet("/", () => ""));
        await application.StartAsync();
        return application;
    }
}
