using Google.Rpc;
using Grpc.Core;
using Headgate.V1;
using static Headgate.V1.OperateJobsRequest.Types;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Which jobs one call commands, and that a repeat commands the same ones.</summary>
[Collection(nameof(CommandCollection))]
public sealed class ManyJobsSelectionTests(CommandBench bench)
{
    readonly string _key = $"k{Guid.NewGuid():N}";
    readonly string _project = CommandBench.NewProject();

    JobFilter OfProject => new() { Project = _project };

    [Fact]
    public async Task Filter_commands_all_that_it_lets_through_those_created_last_first()
    {
        var (older, paused) = (await bench.JobAsync("Processing", _project), await bench.JobAsync("Paused", _project));
        var newer = await bench.JobAsync("Processing", _project);

        var response = await bench.Jobs.OperateJobsAsync(
            new OperateJobsRequest { Filter = new JobFilter { Project = _project, States = { JobState.Processing } }, Pause = new Pause() });

        Assert.Equal([newer.ToString(), older.ToString()], response.Results.Select(result => result.JobId));
        Assert.Empty((await bench.GetAsync(paused)).Commands);
    }

    [Fact]
    public async Task Filter_that_lets_nothing_through_commands_nothing()
    {
        var response = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest { Filter = OfProject, Pause = new Pause() });

        Assert.Empty(response.Results);
        Assert.Equal("no jobs.", response.Sentence);
    }

    [Fact]
    public async Task Filter_takes_a_thousand_jobs_and_commands_nothing_of_more()
    {
        var pipeline = await bench.PipelineAsync(_project, "many");
        await EndedAsync(pipeline, 1001);
        var request = new OperateJobsRequest { Filter = new JobFilter { Project = _project }, Delete = new Delete() };

        var error = await RefusedAsync(request);

        Assert.Equal((StatusCode.InvalidArgument, "filter"), (error.StatusCode, Fields(error).Single()));
        Assert.Equal(0, await DeletedAsync(pipeline));
        await bench.Database.ExecuteAsync(
            $"delete from coordinator.sync_job where job_no = (select min(job_no) from coordinator.sync_job where pipeline_id = '{pipeline}')");
        var response = await bench.Jobs.OperateJobsAsync(request);
        Assert.Equal(("1000 ACCEPTED.", 1000), (response.Sentence, await DeletedAsync(pipeline)));
    }

    [Fact]
    public async Task Ids_are_uuids_each_once_and_not_too_many()
    {
        var id = Guid.NewGuid().ToString();
        Assert.Equal(["selection.ids[1]", "selection.ids[2]"], await WrongAsync(id, "contacts", id.ToUpperInvariant()));
        Assert.Equal(["selection.ids"], await WrongAsync());
        Assert.Equal(["selection.ids"], await WrongAsync([.. Enumerable.Range(0, 1001).Select(_ => Guid.NewGuid().ToString())]));
        Assert.Equal(20, (await WrongAsync([.. Enumerable.Repeat(new string('x', 1000), 1000)])).Count);
    }

    [Fact]
    public async Task Request_says_which_jobs_and_what_to_do()
    {
        var noJobs = await RefusedAsync(new OperateJobsRequest { Pause = new Pause() });
        var noCommand = await RefusedAsync(new OperateJobsRequest { Filter = OfProject });
        var noRate = await RefusedAsync(new OperateJobsRequest { Filter = OfProject, SetRate = new SetRate() });
        var noMode = await RefusedAsync(new OperateJobsRequest { Filter = OfProject, Cancel = new Cancel { Mode = (CancelMode)9 } });

        Assert.Equal(
            ["jobs", "command", "cancel.mode", "set_rate.max_rows_per_second"],
            Fields(noJobs).Concat(Fields(noCommand)).Concat(Fields(noMode)).Concat(Fields(noRate)));
    }

    [Fact]
    public async Task Guards_are_passed_with_a_reason_only()
    {
        var job = await bench.JobAsync("Paused", _project);

        var refused = await RefusedAsync(new OperateJobsRequest { Filter = OfProject, Resume = new Resume { PassGuards = true } });

        Assert.Equal(["reason"], Fields(refused));
        Assert.Empty((await bench.GetAsync(job)).Commands);
    }

    [Fact]
    public async Task Repeat_after_a_crash_commands_the_jobs_that_the_filter_selected_then_each_once()
    {
        var (reached, held) = (await bench.JobAsync("Processing", _project), await bench.JobAsync("Processing", _project));
        var request = new OperateJobsRequest
        {
            Filter = new JobFilter { Project = _project, States = { JobState.Processing } },
            Pause = new Pause(),
            IdempotencyKey = _key,
        };
        using var crash = new CancellationTokenSource();
        await using (await bench.HoldAsync(held))
        {
            var first = bench.Jobs.OperateJobsAsync(request, cancellationToken: crash.Token).ResponseAsync;
            await Eventually.HoldsAsync(async () => (await bench.GetAsync(reached)).Commands.Count == 1);
            await bench.WaitingForLocksAsync(1);
            await crash.CancelAsync();
            await Assert.ThrowsAsync<RpcException>(() => first);
        }

        var later = await bench.JobAsync("Processing", _project);
        var repeat = await bench.Jobs.OperateJobsAsync(request);

        Assert.Equal([held.ToString(), reached.ToString()], repeat.Results.Select(result => result.JobId));
        Assert.All(repeat.Results, result => Assert.Equal(CommandOutcome.Accepted, result.Outcome));
        Assert.Single((await bench.GetAsync(reached)).Commands);
        Assert.Single((await bench.GetAsync(held)).Commands);
        Assert.Empty((await bench.GetAsync(later)).Commands);
    }

    [Fact]
    public async Task Job_that_does_not_answer_in_time_is_unanswered_and_answers_a_repeat()
    {
        var (answers, held) = (await bench.JobAsync("Processing"), await bench.JobAsync("Processing"));
        var request = Pausing(answers, held);
        await using (await bench.HoldAsync(held))
        {
            var first = await bench.Jobs.OperateJobsAsync(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(3));
            Assert.Equal([CommandOutcome.Accepted, CommandOutcome.Unanswered], first.Results.Select(result => result.Outcome));
            Assert.Null(first.Results[1].Job);
        }

        var repeat = await bench.Jobs.OperateJobsAsync(request);

        Assert.Equal([CommandOutcome.Accepted, CommandOutcome.Accepted], repeat.Results.Select(result => result.Outcome));
        Assert.Single((await bench.GetAsync(held)).Commands);
    }

    [Fact]
    public async Task Ten_at_once_are_one_command_to_each_job()
    {
        var jobs = new[] { await bench.JobAsync("Processing"), await bench.JobAsync("Initializing"), await bench.JobAsync("Completed") };
        var request = Pausing(jobs);

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.Jobs.OperateJobsAsync(request).ResponseAsync));

        Assert.All(responses, response => Assert.Equal("2 ACCEPTED, 1 REFUSED.", response.Sentence));
        foreach (var job in jobs) Assert.Single((await bench.GetAsync(job)).Commands);
    }

    [Fact]
    public async Task Key_of_a_call_with_other_jobs_or_another_command_is_invalid()
    {
        var request = new OperateJobsRequest { Filter = OfProject, Pause = new Pause(), IdempotencyKey = _key };
        await bench.Jobs.OperateJobsAsync(request);

        var error = await RefusedAsync(new OperateJobsRequest(request) { Discard = new Discard() });

        Assert.Equal(["idempotency_key"], Fields(error));
    }

    [Fact]
    public async Task Reason_that_a_repeat_brings_is_added_to_each()
    {
        var jobs = new[] { await bench.JobAsync("Processing"), await bench.JobAsync("Pending") };
        var request = Pausing(jobs);
        await bench.Jobs.OperateJobsAsync(request);

        var repeat = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest(request) { Reason = "wrong mapping" });

        Assert.All(repeat.Results, result => Assert.Equal("wrong mapping", result.Job.Stop.Reason));
        foreach (var job in jobs)
        {
            Assert.Equal("wrong mapping", Assert.Single((await bench.GetAsync(job)).Commands).Reason);
            Assert.Equal(
                [["wrong mapping"]],
                await bench.RowsAsync($"select reason from coordinator.audit where subject = 'job {job}' and outcome = 'REASON_ADDED'"));
        }
    }

    Task EndedAsync(Guid pipeline, int jobs) => bench.Database.ExecuteAsync(
        $"""
         insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt,
                                           epoch, phase, created_at, finished_at)
         select gen_random_uuid(), 'Completed', nextval('coordinator.job_no'), '{pipeline}', 1, '{_project}', 'many', 'Incremental', 'SyncNow',
                'tester', 1, 1, 'None', now(), now()
         from generate_series(1, {jobs})
         """);

    async Task<long> DeletedAsync(Guid pipeline) => await bench.Database.ScalarAsync<long>(
        $"select count(*) from coordinator.sync_job where pipeline_id = '{pipeline}' and deleted_at is not null");

    OperateJobsRequest Pausing(params Guid[] jobs) =>
        new() { Selection = new Selection { Ids = { jobs.Select(job => job.ToString()) } }, Pause = new Pause(), IdempotencyKey = _key };

    async Task<List<string>> WrongAsync(params string[] ids) =>
        Fields(await RefusedAsync(new OperateJobsRequest { Selection = new Selection { Ids = { ids } }, Pause = new Pause() }));

    Task<RpcException> RefusedAsync(OperateJobsRequest request) =>
        Assert.ThrowsAsync<RpcException>(() => bench.Jobs.OperateJobsAsync(request).ResponseAsync);

    static List<string> Fields(RpcException error) =>
        [.. error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field)];
}
