using Grpc.Core;
using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Repairs;

/// <summary>RollbackJob, with the log at a real destination.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class RollbackTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Rollback_is_a_job_of_its_own_and_says_what_it_puts_back_and_what_comes_after()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);

        var answer = await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Reason = "wrong mapping" });

        Assert.Equal((JobKind.Rollback, run.Id.ToString(), CommandOutcome.Accepted), (answer.Job.Kind, answer.Job.OfJobId, answer.Outcome));
        Assert.Equal(("bench", "wrong mapping"), (answer.Job.Trigger.Actor, answer.Job.Trigger.Reason));
        Assert.Equal(
            $"Job {answer.Job.Id} was accepted: it puts back 4 changes of job {run.Id}. Records that somebody has changed since are left as they are, and listed as "
            + $"rejected. Afterwards they are older than the source, and a run by offset brings only those that have changed there since, or lie within cursorOverlap: "
            + $"a replay of job {run.Id} brings them all.",
            answer.Sentence);
        Assert.Equal(answer.Job.Id, await CurrentAsync());
    }

    [Fact]
    public async Task What_comes_after_the_rollback_of_a_rollback_is_what_that_one_has_found()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var of = await _project.StartAsync();
        await _project.MoveAsync(of, "Completed");
        await bench.State.ExecuteAsync(
            $$"""update coordinator.sync_job set kind = 'Rollback', of_job_id = '{{of}}', scope = '{"jobId": "{{of}}"}' where job_id = '{{run.Id}}'""");

        var (told, answer) = (
            await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }),
            await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference }));

        Assert.All((string[])[told.Sentence, answer.Sentence], sentence => Assert.EndsWith(" Afterwards they are as that rollback found them.", sentence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_that_comes_again_starts_no_second_job()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var request = new RollbackJobRequest { Job = run.Reference, Keys = { Key("7") }, IdempotencyKey = $"k{Guid.NewGuid():N}" };

        var (first, second) = (await bench.Records.RollbackJobAsync(request), await bench.Records.RollbackJobAsync(request));

        Assert.Equal((first.Job.Id, first.Sentence), (second.Job.Id, second.Sentence));
        Assert.Equal((2, "0:{7}"), (await _project.JobsAsync(), await run.SelectedAsync(first.Job.Id)));
        // Known of beside them, should the call have come no further.
        Assert.Equal(1, await bench.State.ScalarAsync<long>($"select count(*) from coordinator.kept_keys where repair_id = '{first.Job.Id}'"));
    }

    [Theory]
    [InlineData("email", "", 1)]
    [InlineData("email,city", "", 2)]
    [InlineData("city", "8", 1)]
    [InlineData("", "7,9,10", 3)]
    [InlineData("", "007", 1)]
    public async Task Fields_and_keys_choose_what_is_put_back(string fields, string keys, long changes)
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var request = new RollbackJobRequest { Job = run.Reference, Fields = { Split(fields) }, Keys = { Split(keys).Select(Key) } };

        Assert.Equal(changes, (await bench.Records.RollbackJobAsync(new RollbackJobRequest(request) { ValidateOnly = true })).Estimate.Rows);
        var job = (await bench.Records.RollbackJobAsync(request)).Job;

        Assert.Equal(
            keys.Length == 0 ? null : string.Join(' ', Split(keys).Select(key => $"0:{{{int.Parse(key)}}}").Order(StringComparer.Ordinal)),
            await run.SelectedAsync(job.Id));
        Assert.Equal($"{fields}|{keys.Length > 0}".ToLowerInvariant(), await bench.State.ScalarAsync<string>(
            $"select (select coalesce(string_agg(f, ','), '') from jsonb_array_elements_text(scope -> 'fields') f) || '|' || (scope ->> 'hasKeys') from coordinator.sync_job where job_id = '{job.Id}'"));
    }

    [Fact]
    public async Task Blocks_of_a_first_load_are_counted_as_inserts()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync(
            $@"insert into headgate.change_block (job_id, attempt, object_no, segment_no, first_row, row_count, keys, hashes) values ('{run.Id}', 1, 0, 5, 0, 500, '\x', '\x')");
        var (all, chosen) = (
            await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }),
            await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Keys = { Key("7"), Key("500") }, ValidateOnly = true }));
        Assert.Equal((501, 2), (all.Estimate.Objects.Single().InsertsDeleted, chosen.Estimate.Objects.Single().InsertsDeleted));
    }

    [Fact]
    public async Task Request_that_names_what_the_job_has_not_written_is_invalid_and_says_what_there_is()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);

        Assert.Equal(
            [("fields[0]", $"The job has written no such field of {run.Table}: expected one of email, city."), ("fields[2]", "It is of the key, which no run changes.")],
            await InvalidAsync(new RollbackJobRequest { Fields = { "phone", "email", "id" } }));
        Assert.Equal([("fields[1]", "It is named twice.")], await InvalidAsync(new RollbackJobRequest { Fields = { "email", "email" } }));
        Assert.Equal([("object", $"The job has no such object: expected one of {run.Table}.")], await InvalidAsync(new RollbackJobRequest { Object = "public.other" }));
        Assert.Equal(
            [("keys[1]", $"Expected a value for each key field of {run.Table}, and no other: id.")],
            await InvalidAsync(new RollbackJobRequest { Keys = { Key("7"), new RecordKey { Values = { ["nr"] = "7" } } } }));
        Assert.Equal(
            [("keys[2]", "A value is not of its field's type: expected id integer.")],
            await InvalidAsync(new RollbackJobRequest { Keys = { Key("7"), Key("8"), Key("secret") } }));
        Assert.Equal(
            [("keys", "There are 10,001: expected at most 10,000.")],
            await InvalidAsync(new RollbackJobRequest { Keys = { Enumerable.Range(0, 10_001).Select(no => Key($"{no}")) } }));
        Assert.Equal(1, await _project.JobsAsync());

        Task<(string, string)[]> InvalidAsync(RollbackJobRequest request) =>
            Refused.InvalidAsync(bench.Records.RollbackJobAsync(new RollbackJobRequest(request) { Job = run.Reference }));
    }

    [Fact]
    public async Task Fields_and_keys_of_a_job_of_several_objects_are_of_one_of_them()
    {
        var run = await LoggedRun.CreateAsync(bench, _project, objects: 2);
        Assert.Equal(
            [("object", "The job has 2 objects: expected the one that fields and keys are of.")],
            await Refused.InvalidAsync(bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Fields = { "email" } })));

        var answer = await bench.Records.RollbackJobAsync(
            new RollbackJobRequest { Job = run.Reference, Object = $"{_project.Name}.\"contacts\"", Fields = { "email" }, ValidateOnly = true });

        Assert.Equal(1, Assert.Single(answer.Estimate.Objects).Rows);
    }

    [Theory]
    [InlineData("state = 'Processing', finished_at = null", Rule.State)]
    [InlineData("state = 'Paused', finished_at = null, resume_to = 'Processing'", Rule.State)]
    [InlineData("launched_at = null, request_id = null", Rule.NothingRecorded)]
    [InlineData("log_purged_at = now()", Rule.NothingRecorded)]
    public async Task Job_that_can_still_write_or_has_no_log_is_refused(string assignments, Rule rule)
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.State.ExecuteAsync($"update coordinator.sync_job set {assignments} where job_id = '{run.Id}'");
        var refusal = await Refused.ByAsync(rule, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference }));
        Assert.Equal(run.Id.ToString(), refusal.JobId);
        await Refused.ByAsync(rule, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }));
    }

    [Fact]
    public async Task Tables_that_were_loaded_in_the_place_of_others_are_not_put_back()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.State.ExecuteAsync($"update coordinator.job_object set replaced = true where job_id = '{run.Id}'");
        var refusal = await Refused.ByAsync(
            Rule.NothingRecorded, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }));
        Assert.Contains("it loaded new tables in the place of those before", refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_that_the_job_was_written_as_may_read_the_log_before_anything_is_launched()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var role = $"writer_{_project.Name}";
        await bench.Destination.ExecuteAsync($"create role {role}");
        await bench.State.ExecuteAsync($"update coordinator.sync_job set destination_role = '{role}' where job_id = '{run.Id}'");

        await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference });

        Assert.True(await bench.Destination.ScalarAsync<bool>($"select has_table_privilege('{role}', 'headgate.change_group', 'select')"));
        await bench.Destination.ExecuteAsync($"drop owned by {role}; drop role {role}");
    }

    [Fact]
    public async Task Choice_that_nothing_was_changed_of_is_refused()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await Refused.ByAsync(
            Rule.NothingRecorded, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Keys = { Key("11") } }));
    }

    [Fact]
    public async Task Run_that_is_under_way_is_in_the_way_and_told_before()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        var active = await _project.StartAsync();
        var refusal = await Refused.ByAsync(Rule.ActiveJob, $"job:{active}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference }));
        // A run in its place would write what is to be put back once more.
        Assert.DoesNotContain(Operation.CancelAndSyncNow, refusal.WouldAccept);
        Assert.EndsWith("; no rollback was started.", refusal.Sentence, StringComparison.Ordinal);
        var told = await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true });
        Assert.Equal(active.ToString(), told.Estimate.ActiveJobId);
        Assert.EndsWith($"Job {active} is active: it has to end first.", told.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_a_rollback_that_is_refused_are_not_kept()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await _project.StartAsync();
        var before = await bench.Destination.ScalarAsync<long>("select count(*) from headgate.selection");
        await Refused.AsAsync(
            StatusCode.FailedPrecondition, bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Keys = { Key("7"), Key("8") } }));
        Assert.Equal(before, await bench.Destination.ScalarAsync<long>("select count(*) from headgate.selection"));
    }

    [Fact]
    public async Task Table_that_another_pipeline_writes_by_now_is_refused_before_and_the_others_are_not()
    {
        var run = await LoggedRun.CreateAsync(bench, _project, objects: 2);
        await TakeSecondAsync(run);

        var refusal = await Refused.ByAsync(
            Rule.TableTaken, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }));
        Assert.Contains($"is written by {_project.Name}/heir", refusal.Sentence, StringComparison.Ordinal);
        await Refused.ByAsync(Rule.TableTaken, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Object = $"{run.Table}_1" }));

        Assert.Equal(run.Id.ToString(), (await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, Object = run.Table })).Job.OfJobId);
    }

    [Fact]
    public async Task Table_that_the_job_was_blocked_from_may_be_written_by_another_pipeline()
    {
        var run = await LoggedRun.CreateAsync(bench, _project, objects: 2);
        await TakeSecondAsync(run);
        await bench.State.ExecuteAsync(
            $"""
             update coordinator.job_object set state = 'Blocked', blocked_code = 'triggers', blocked_sentence = 'It has a trigger.' where job_id = '{run.Id}' and object_no = 1;
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, written) values ('{run.Id}', 1, 1, 0, 'Abandoned', gen_random_uuid(), 7)
             """);
        // By an attempt before it was.
        await Refused.ByAsync(
            Rule.TableTaken, $"job:{run.Id}", bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true }));

        await bench.State.ExecuteAsync($"delete from coordinator.job_segment where job_id = '{run.Id}'");
        Assert.Equal(run.Id.ToString(), (await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference })).Job.OfJobId);
    }

    [Fact]
    public async Task Pipeline_that_takes_no_runs_takes_no_rollback()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await _project.SetAsync("state = 'Paused'");
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference }));
        Assert.Equal(Rule.PipelineTakesNoRuns, refusal.GetRpcStatus()!.GetDetail<Refusal>()!.Rule);
    }

    [Fact]
    public async Task Job_of_a_deleted_pipeline_is_not_rolled_back_and_that_is_told_before()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await _project.SetAsync("deleted_at = now()");
        foreach (var isTold in (bool[])[true, false])
        {
            var error = await Refused.AsAsync(
                StatusCode.FailedPrecondition, bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = isTold }));
            Assert.Equal(Rule.PipelineTakesNoRuns, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule);
        }
    }

    // Another pipeline writes to the run's second table by now.
    async Task TakeSecondAsync(LoggedRun run)
    {
        var other = Guid.NewGuid();
        await bench.State.ExecuteAsync(
            $"""
             insert into coordinator.pipeline (pipeline_id, project, name, version) values ('{other}', '{_project.Name}', 'heir', 1);
             insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
             select '{other}', 1, v.definition, 'test' from coordinator.pipeline_version v join coordinator.sync_job j using (pipeline_id)
             where j.job_id = '{run.Id}' and v.version = 1;
             insert into coordinator.armed_destination (pipeline_id, reference, identity, history)
             select pipeline_id, concat_ws(' ', v.definition -> 'destination' ->> 'connector', v.definition -> 'destination' ->> 'connection'), 'here', ''
             from coordinator.pipeline_version v join coordinator.sync_job j using (pipeline_id) where j.job_id = '{run.Id}' and v.version = 1
             on conflict (pipeline_id, reference) do update set identity = 'here';
             insert into coordinator.pipeline_target (pipeline_id, version, destination, target, latest)
             values ('{other}', 1, 'here', '{Headgate.Contracts.Pipelines.QualifiedName.Parse($"{run.Table}_1").ToSql()}', true)
             """);
    }

    static RecordKey Key(string id) => new() { Values = { ["id"] = id } };

    static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    Task<string?> CurrentAsync() =>
        bench.State.ScalarAsync<string>($"select current_job_id::text from coordinator.pipeline where project = '{_project.Name}'");
}
