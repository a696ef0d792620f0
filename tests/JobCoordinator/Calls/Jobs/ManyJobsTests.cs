using Grpc.Core;
using Headgate.V1;
using static Headgate.V1.OperateJobsRequest.Types;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>One command to many jobs: each answers for itself.</summary>
[Collection(nameof(CommandCollection))]
public sealed class ManyJobsTests(CommandBench bench)
{
    static readonly CommandOutcome[] Mixed =
        [CommandOutcome.Accepted, CommandOutcome.AlreadySo, CommandOutcome.Refused, CommandOutcome.NotFound, CommandOutcome.Refused];

    [Fact]
    public async Task Each_job_answers_for_itself_in_the_order_of_the_ids()
    {
        var jobs = await MixedAsync();

        var response = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest { Selection = Of(jobs), Pause = new Pause(), Reason = "to look" });

        Assert.Equal(jobs.Select(job => job.ToString()), response.Results.Select(result => result.JobId));
        Assert.Equal(Mixed, response.Results.Select(result => result.Outcome));
        Assert.Equal("1 ACCEPTED, 1 ALREADY_SO, 2 REFUSED, 1 NOT_FOUND.", response.Sentence);
        Assert.Equal(
            [JobState.Pausing, JobState.Paused, JobState.Failed, JobState.Completed],
            response.Results.Where(result => result.Job is not null).Select(result => result.Job.State));
        Assert.Empty(response.Results[0].Job.Objects);
        Assert.Equal([Rule.State, Rule.Final], response.Results.Where(result => result.Refusal is not null).Select(result => result.Refusal.Rule));
        var failed = response.Results[2];
        Assert.Equal((JobState.Failed, failed.JobId, failed.Sentence), (failed.Refusal.JobState, failed.Refusal.JobId, failed.Refusal.Sentence));
        Assert.Contains(Operation.RestartJob, failed.Refusal.WouldAccept);
        var record = Assert.Single((await bench.GetAsync(jobs[0])).Commands);
        Assert.Equal((Operation.PauseJob, CommandBench.Actor, "to look"), (record.Operation, record.Actor, record.Reason));
        Assert.Equal(CommandOutcome.Refused, Assert.Single((await bench.GetAsync(jobs[2])).Commands).Outcome);
    }

    [Fact]
    public async Task Validation_tells_what_each_would_answer_and_commands_nothing()
    {
        var jobs = await MixedAsync();
        var request = new OperateJobsRequest { Selection = Of(jobs), Pause = new Pause(), ValidateOnly = true };

        var foretold = await bench.Jobs.OperateJobsAsync(request);

        Assert.Equal(JobState.Processing, foretold.Results[0].Job.State);
        Assert.StartsWith("Nothing was commanded", foretold.Sentence, StringComparison.Ordinal);
        Assert.Empty(await bench.RowsAsync($"select 1 from coordinator.job_command where job_id in ({Quoted(jobs)})"));
        Assert.Empty(await bench.RowsAsync($"select 1 from coordinator.audit where substr(subject, 5) in ({Quoted(jobs)})"));
        request.ValidateOnly = false;
        var told = await bench.Jobs.OperateJobsAsync(request);
        foreach (var (now, before) in told.Results.Zip(foretold.Results))
            Assert.Equal((now.Outcome, now.Refusal?.Rule, now.Refusal?.WouldAccept), (before.Outcome, before.Refusal?.Rule, before.Refusal?.WouldAccept));
    }

    [Fact]
    public async Task Validation_of_a_restart_knows_the_job_that_is_in_its_way()
    {
        var project = CommandBench.NewProject();
        var failed = await bench.JobAsync("Failed", project, "contacts");
        var active = await bench.JobAsync("Processing", project, "contacts");

        var foretold = await bench.Jobs.OperateJobsAsync(
            new OperateJobsRequest { Selection = Of(failed), Restart = new Restart(), ValidateOnly = true });

        Assert.Equal((Rule.ActiveJob, active.ToString()), (foretold.Results[0].Refusal.Rule, foretold.Results[0].Refusal.JobId));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_can_be_given(string state, OperateJobsRequest request, Operation operation, JobState after)
    {
        var job = await bench.JobAsync(state);

        var response = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest(request) { Selection = Of(job) });

        var result = Assert.Single(response.Results);
        Assert.Equal((CommandOutcome.Accepted, after), (result.Outcome, result.Job.State));
        Assert.Equal(operation, Assert.Single((await bench.GetAsync(job)).Commands).Operation);
    }

    public static TheoryData<string, OperateJobsRequest, Operation, JobState> Commands() => new()
    {
        { "Paused", new OperateJobsRequest { Resume = new Resume() }, Operation.ResumeJob, JobState.Processing },
        { "Paused", new OperateJobsRequest { Cancel = new Cancel() }, Operation.CancelJob, JobState.Canceling },
        { "Processing", new OperateJobsRequest { Cancel = new Cancel { PauseFirst = true } }, Operation.PauseAndCancelJob, JobState.Pausing },
        { "Processing", new OperateJobsRequest { Cancel = new Cancel { Mode = CancelMode.Force } }, Operation.ForceCancelJob, JobState.Canceling },
        { "Failed", new OperateJobsRequest { Restart = new Restart() }, Operation.RestartJob, JobState.Initializing },
        { "Failed", new OperateJobsRequest { Discard = new Discard { AcceptInDoubt = true } }, Operation.DiscardJob, JobState.Discarded },
        { "Canceling", new OperateJobsRequest { Abandon = new Abandon() }, Operation.AbandonJob, JobState.Discarded },
        { "Completed", new OperateJobsRequest { Delete = new Delete() }, Operation.DeleteJob, JobState.Completed },
    };

    [Fact]
    public async Task Jobs_of_foreign_projects_are_not_there()
    {
        var project = CommandBench.NewProject();
        var (own, foreign) = (await bench.JobAsync("Processing", project), await bench.JobAsync("Processing"));
        var jobs = new JobService.JobServiceClient(await bench.AsAsync(Role.Operator, project, $"of-{project}"));

        var byId = await jobs.OperateJobsAsync(new OperateJobsRequest { Selection = Of(foreign, own), Pause = new Pause() });
        var byFilter = await jobs.OperateJobsAsync(new OperateJobsRequest { Filter = new JobFilter(), Pause = new Pause() });

        Assert.Equal([CommandOutcome.NotFound, CommandOutcome.Accepted], byId.Results.Select(result => result.Outcome));
        Assert.Null(byId.Results[0].Job);
        Assert.Equal([own.ToString()], byFilter.Results.Select(result => result.JobId));
        Assert.Empty((await bench.GetAsync(foreign)).Commands);
    }

    [Fact]
    public async Task Trail_says_what_was_to_be_done_and_what_was_done_to_which_job()
    {
        var project = CommandBench.NewProject();
        var (accepted, refused, missing) = (await bench.JobAsync("Processing", project), await bench.JobAsync("Processing", project), Guid.NewGuid());
        await bench.Database.ExecuteAsync($"update coordinator.sync_job set state = 'Completed', finished_at = now() where job_id = '{refused}'");

        await bench.Jobs.OperateJobsAsync(new OperateJobsRequest
        {
            Selection = Of(accepted, refused, missing),
            Cancel = new Cancel { Mode = CancelMode.Force },
            Reason = "wrong mapping",
        });

        var rows = await bench.RowsAsync(
            $"""
             select subject, outcome, sentence, project from coordinator.audit
             where call_id = (select call_id from coordinator.audit where subject = 'job {accepted}' limit 1) order by audit_id
             """);
        Assert.Equal(
            [
                ["", "BEGUN", "", ""], [$"job {accepted}", "BEGUN", "", project], [$"job {refused}", "BEGUN", "", project],
                [$"job {accepted}", "ACCEPTED", rows[3][2], project], [$"job {refused}", "REFUSED", "Refused: the job is completed.", project],
                [$"job {missing}", "NOT_FOUND", $"There is no job {missing}.", ""], ["3 jobs", "OK", "1 ACCEPTED, 1 REFUSED, 1 NOT_FOUND.", ""],
            ],
            rows);
        Assert.StartsWith("Canceling by force", rows[3][2], StringComparison.Ordinal);
        Assert.Equal(
            [[CommandBench.Actor, "wrong mapping", "ForceCancelJob", "headgate.v1.JobService/OperateJobs"]],
            await bench.RowsAsync($"select distinct actor, reason, operation, method from coordinator.audit where subject = 'job {accepted}'"));
    }

    [Fact]
    public async Task Commands_are_on_their_way_sixteen_at_a_time()
    {
        var project = CommandBench.NewProject();
        var jobs = new List<Guid>();
        for (var n = 0; n < 40; n++) jobs.Add(await bench.JobAsync("Processing", project));
        var onTheirWay = new OnTheirWay();
        using var observed = bench.Bus.ConnectSendObserver(onTheirWay);
        AsyncUnaryCall<OperateJobsResponse> call;
        await using (await bench.HoldAsync([.. jobs]))
        {
            call = bench.Jobs.OperateJobsAsync(
                new OperateJobsRequest { Filter = new JobFilter { Project = project }, Pause = new Pause(), IdempotencyKey = project });
            await Eventually.HoldsAsync(() => Task.FromResult(onTheirWay.Most >= 16));
            // While jobs take their time, nothing of the call is open in the database.
            Assert.Empty(await bench.RowsAsync(
                """
                select query from pg_stat_activity
                where datname = current_database() and state = 'idle in transaction' and query like '%idempotent_call%'
                """));
        }

        Assert.All((await call).Results, result => Assert.Equal(CommandOutcome.Accepted, result.Outcome));
        Assert.Equal(16, onTheirWay.Most);
    }

    async Task<Guid[]> MixedAsync() =>
    [
        await bench.JobAsync("Processing"), await bench.JobAsync("Paused"), await bench.JobAsync("Failed"), Guid.NewGuid(),
        await bench.JobAsync("Completed"),
    ];

    static Selection Of(params Guid[] jobs) => new() { Ids = { jobs.Select(job => job.ToString()) } };

    static string Quoted(IEnumerable<Guid> jobs) => string.Join(", ", jobs.Select(job => $"'{job}'"));
}
