using Grpc.Core;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Everything that changes something is in the audit trail, with what became of it.</summary>
public sealed class AuditTests : AccessTest
{
    [Fact]
    public async Task Accepted_command_is_there_with_who_what_why_and_outcome()
    {
        var (secret, id) = await Server.KeyAsync(Role.Operator, Project, "operator");

        await PauseAsync(secret, "wrong mapping");

        var rows = await Server.RowsAsync("select call_id, actor, key_id, method, project, subject, reason, outcome, sentence from coordinator.audit order by audit_id");
        string[] both = ["operator", id.ToString(), "headgate.v1.JobService/PauseJob", Project, $"job {Things.Job}", "wrong mapping"];
        Assert.Equal(2, rows.Count);
        Assert.Equal(rows[0][0], rows[1][0]);
        Assert.Equal([.. both, AuditTrail.Begun, ""], rows[0][1..]);
        Assert.Equal([.. both, "OK", "Execution 1."], rows[1][1..]);
    }

    [Fact]
    public async Task Command_is_there_before_it_is_executed()
    {
        var seen = new List<string[]>();
        Jobs.OnPause = async _ => seen = await OutcomesAsync();

        await PauseAsync(Admin);

        Assert.Equal([AuditTrail.Begun], seen.Select(row => row[0]));
    }

    [Fact]
    public async Task Command_that_cannot_be_recorded_is_not_executed()
    {
        await Server.Database.ExecuteAsync("alter table coordinator.audit add constraint nothing_goes check (outcome <> 'BEGUN') not valid");

        Assert.Equal(StatusCode.Internal, (await RefusedAsync(() => PauseAsync(Admin))).StatusCode);
        Assert.Empty(Jobs.Executed);
    }

    [Fact]
    public async Task Command_whose_outcome_cannot_be_recorded_is_not_answered_with_OK()
    {
        await Server.Database.ExecuteAsync("alter table coordinator.audit add constraint nothing_goes check (outcome <> 'OK') not valid");

        Assert.Equal(StatusCode.Internal, (await RefusedAsync(() => PauseAsync(Admin))).StatusCode);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.TooManyConnections, StatusCode.Unavailable, "UNAVAILABLE")]
    [InlineData(PostgresErrorCodes.AdminShutdown, StatusCode.Unavailable, "UNAVAILABLE")]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, StatusCode.Internal, "INTERNAL")]
    [InlineData(PostgresErrorCodes.UndefinedColumn, StatusCode.Internal, "INTERNAL")]
    public async Task Only_what_passes_is_told_as_worth_another_try(string sqlState, StatusCode code, string told)
    {
        await Server.Database.ExecuteAsync(
            $"""
             create function coordinator.fail() returns trigger language plpgsql as $$ begin raise exception using errcode = '{sqlState}'; end $$;
             create trigger failing before insert on coordinator.audit for each row execute function coordinator.fail()
             """);

        var error = await RefusedAsync(() => PauseAsync(Admin));

        Assert.Equal((code, "The command could not be recorded, and was not executed."), (error.StatusCode, error.Status.Detail));
        Assert.Contains(Server.Log.All, line => line.Contains(sqlState, StringComparison.Ordinal) && line.Contains($"told {told}", StringComparison.Ordinal));
        Assert.Empty(Jobs.Executed);
    }

    [Fact]
    public async Task Refused_command_is_there_with_the_rule()
    {
        Jobs.OnPause = _ => throw JobDouble.Refusal("The job has ended.");

        await RefusedAsync(() => PauseAsync(Admin));

        Assert.Equal([["BEGUN", ""], ["FAILED_PRECONDITION", "The job has ended."]], await OutcomesAsync());
    }

    [Fact]
    public async Task Failed_command_is_there_without_what_the_exception_says()
    {
        Jobs.OnPause = _ => throw new InvalidOperationException("Password=hunter2");

        await RefusedAsync(() => PauseAsync(Admin));

        Assert.Equal([["BEGUN", ""], ["UNKNOWN", "InvalidOperationException"]], await OutcomesAsync());
    }

    [Fact]
    public async Task Command_of_a_caller_who_hangs_up_is_there()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Jobs.OnPause = _ =>
        {
            begun.SetResult();
            return goOn.Task;
        };
        using var stop = new CancellationTokenSource();
        var call = new JobService.JobServiceClient(Server.As(Admin)).PauseJobAsync(new PauseJobRequest { Job = Job }, cancellationToken: stop.Token).ResponseAsync;
        await begun.Task;

        await stop.CancelAsync();
        await RefusedAsync(() => call);
        goOn.SetResult();

        await Eventually.HoldsAsync(async () => (await OutcomesAsync()).Count == 2);
    }

    [Theory]
    [InlineData(Role.Viewer, Project, "PERMISSION_DENIED")]
    [InlineData(Role.Operator, "other", "NOT_FOUND")]
    public async Task Command_that_the_caller_may_not_give_is_there_as_refused(Role role, string project, string outcome)
    {
        await RefusedAsync(async () => await PauseAsync((await Server.KeyAsync(role, project)).Secret));

        Assert.Equal([outcome], (await OutcomesAsync()).Select(row => row[0]));
        Assert.Empty(Jobs.Executed);
    }

    [Fact]
    public async Task Reading_is_not_recorded()
    {
        await Keys.ListApiKeysAsync(new ListApiKeysRequest());

        Assert.Empty(await OutcomesAsync());
    }

    [Theory]
    [InlineData("update coordinator.audit set actor = 'nobody'")]
    [InlineData("delete from coordinator.audit")]
    [InlineData("delete from coordinator.audit where false")]
    [InlineData("truncate coordinator.audit")]
    public async Task What_is_there_cannot_be_changed(string sql)
    {
        await PauseAsync(Admin);

        await Assert.ThrowsAsync<PostgresException>(() => Server.Database.ExecuteAsync(sql));
        Assert.Equal(2, (await OutcomesAsync()).Count);
    }

    [Theory]
    [InlineData(1001, 0)]
    [InlineData(0, 129)]
    public async Task Reason_and_idempotency_key_that_are_too_long_are_invalid(int reason, int key)
    {
        var error = await RefusedAsync(() => PauseAsync(Admin, new string('r', reason), new string('k', key)));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Empty(Jobs.Executed);
    }

    [Fact]
    public async Task Characters_that_cannot_be_stored_are_invalid()
    {
        Assert.Equal(StatusCode.InvalidArgument, (await RefusedAsync(() => PauseAsync(Admin, "a\0b"))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await RefusedAsync(() => PauseAsync(Admin, "", "a\nb"))).StatusCode);
    }

    Task<List<string[]>> OutcomesAsync() => Server.RowsAsync("select outcome, sentence from coordinator.audit order by audit_id");
}
