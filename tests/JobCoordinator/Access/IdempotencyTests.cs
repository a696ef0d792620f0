using Grpc.Core;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Npgsql;

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
    public async Task Repeats_at_the_same_time_are_one_call_and_get_the_answer_of_one()
    {
        var all = new CountdownEvent(40);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Jobs.OnPause = _ =>
        {
            if (all.Signal()) goOn.SetResult();
            return goOn.Task;
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => PauseAsync(Admin, "", "together")));

        Assert.Single(answers.Distinct());
        Assert.Equal(40, Jobs.Executed.Count);
        Assert.Single(Jobs.Executed.Distinct());
    }

    [Fact]
    public async Task Calls_that_are_executed_hold_nothing_that_others_need()
    {
        var (begun, goOn) = (new CountdownEvent(120), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Jobs.OnPause = request =>
        {
            if (request.Job.HasId) return Task.CompletedTask;
            if (begun.Signal()) all.SetResult();
            return goOn.Task;
        };
        var hanging = Enumerable.Range(0, 120).Select(no => PauseAsync(Admin, "", $"hanging-{no}", new JobReference { RequestId = Things.Request })).ToList();
        await all.Task;

        await PauseAsync(Admin, "", "one more", new JobReference { Id = Things.Job });

        Assert.Equal("0", (await Server.RowsAsync(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'")).Single()[0]);
        goOn.SetResult();
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Calls_that_wait_to_write_keep_none_from_recording_its_answer()
    {
        await using var session = await Server.Database.DataSource.OpenConnectionAsync();
        await using (var locking = new NpgsqlCommand("begin; lock table coordinator.api_key in share row exclusive mode", session))
        {
            await PauseAsync(Admin);
            await locking.ExecuteNonQueryAsync();
        }

        var waiting = Enumerable.Range(0, 20).Select(no => Keys.CreateApiKeyAsync(
            new CreateApiKeyRequest { Name = $"key-{no}", Project = Project, IdempotencyKey = $"make-{no}" }).ResponseAsync).ToList();
        await Eventually.HoldsAsync(async () => (await Server.RowsAsync(
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into coordinator.api_key%'")).Count == 16);

        await PauseAsync(Admin, "", "meanwhile");

        await session.DisposeAsync();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Key_of_a_call_with_which_nothing_was_done_is_free_for_what_was_meant()
    {
        Jobs.OnPause = _ => throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "There is no such job."));
        await RefusedAsync(() => PauseAsync(Admin, "", "typed wrong"));
        Jobs.OnPause = _ => Task.CompletedTask;

        await PauseAsync(Admin, "", "typed wrong", new JobReference { RequestId = Things.Request });

        var error = await RefusedAsync(() => PauseAsync(Admin, "", "typed wrong"));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task Call_that_finds_nothing_takes_nothing_from_the_same_call_that_has_found_it()
    {
        var (begun, goOn) = (NewSignal(), NewSignal());
        Jobs.OnPause = async _ =>
        {
            begun.SetResult();
            await goOn.Task;
        };
        var finds = PauseAsync(Admin, "", "both");
        await begun.Task;
        Jobs.OnPause = _ => throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "There is no such job."));
        await RefusedAsync(() => PauseAsync(Admin, "", "both"));
        goOn.SetResult();

        var first = await finds;

        var error = await RefusedAsync(() => PauseAsync(Admin, "", "both", new JobReference { RequestId = Things.Request }));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(first, await PauseAsync(Admin, "", "both"));
        Assert.Single(Jobs.Executed.Distinct());
    }

    [Fact]
    public async Task Call_that_finds_nothing_since_the_same_call_has_done_it_gets_its_answer()
    {
        var (begun, goOn) = (NewSignal(), NewSignal());
        Jobs.OnPause = async _ =>
        {
            begun.SetResult();
            await goOn.Task;
            throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "There is no such job any more."));
        };
        var late = PauseAsync(Admin, "", "both");
        await begun.Task;
        Jobs.OnPause = _ => Task.CompletedTask;
        var first = await PauseAsync(Admin, "", "both");
        goOn.SetResult();

        Assert.Equal(first, await late);
    }

    [Fact]
    public async Task Other_call_under_a_freed_key_has_nothing_of_the_call_that_is_still_executed_elsewhere()
    {
        var (begun, goOn) = (NewSignal(), NewSignal());
        Jobs.OnPause = async _ =>
        {
            begun.SetResult();
            await goOn.Task;
        };
        var slow = PauseAsync(Admin, "", "both");
        await begun.Task;
        Jobs.OnPause = _ => throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "There is no such job."));
        await RefusedAsync(() => PauseAsync(Admin, "", "both"));
        Jobs.OnPause = _ => Task.CompletedTask;
        var meant = new JobReference { RequestId = Things.Request };

        var other = await PauseAsync(Admin, "", "both", meant);
        goOn.SetResult();

        Assert.NotEqual(other, await slow);
        Assert.Equal(other, await PauseAsync(Admin, "", "both", meant));
        Assert.Equal(2, Jobs.Executed.Distinct().Count());
    }

    [Fact]
    public async Task Key_that_is_used_again_after_a_day_is_another_call()
    {
        await PauseAsync(Admin, "", "again");
        await Server.Database.ExecuteAsync("update coordinator.idempotent_call set at = now() - interval '25 hours'");
        await using var another = await SecondAsync();
        await Eventually.HoldsAsync(async () => (await Server.RowsAsync("select 1 from coordinator.idempotent_call")).Count == 0);

        await PauseAsync(Admin, "", "again");

        Assert.Equal(2, Jobs.Executed.Distinct().Count());
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
    public async Task Key_that_is_made_by_ten_same_calls_at_once_is_one_and_its_secret_is_shown_once()
    {
        var request = new CreateApiKeyRequest { Name = "at-once", Project = Project, IdempotencyKey = "make" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Keys.CreateApiKeyAsync(request).ResponseAsync));

        Assert.Single(answers.Select(answer => answer.ApiKey).Distinct());
        Assert.Single(answers, answer => answer.Secret.Length > 0);
    }

    [Fact]
    public async Task Repeat_shows_the_key_as_it_stands()
    {
        var request = new CreateApiKeyRequest { Name = "revoked-since", Project = Project, IdempotencyKey = "make" };
        var first = await Keys.CreateApiKeyAsync(request);
        await Keys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = first.ApiKey.Id });

        Assert.NotNull((await Keys.CreateApiKeyAsync(request)).ApiKey.Revoked);
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Another coordinator on the same database: what works on its own clock begins its work at its start.</summary>
    async Task<IAsyncDisposable> SecondAsync()
    {
        var (application, _) = AccessServer.Build(Server.Database.ConnectionString, application => application.MapGet("/", () => ""));
        await application.StartAsync();
        return application;
    }
}
