using Google.Rpc;
using Grpc.Core;
using Headgate.Connectors.Changes;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Changes;

public sealed class DiffJobTests
{
    // Of ten: 4 and 8 are equal; 1, 5, 9 differ; 2, 6, 10 are missing at the source, 3 and 7 at the destination.
    static readonly DiffSummary Whole = new() { Compared = 10, Equal = 2, Different = 3, MissingAtSource = 3, MissingAtDestination = 2 };

    [Fact]
    public async Task Records_are_told_by_result_and_field_and_the_last_response_has_the_sums()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        var responses = await ReadAsync(bench, new DiffJobRequest { Job = await JobAsync(bench) });

        Assert.Equal(["1", "2", "3", "5", "6", "7", "9", "10"], Ids(responses));
        Assert.Equal(Whole, responses[^1].Summary);
        Assert.All(responses[..^1], response => Assert.Null(response.Summary));
        var first = responses[0].Records[0];
        Assert.Equal(DiffResult.Different, first.Result);
        var field = Assert.Single(first.Fields);
        Assert.Equal(("note", "at the source", "now", false, true), (field.Field, field.Source, field.Destination, field.HasBefore, field.ChangedSince));
        Assert.Equal(["id", "note"], responses[0].Records[1].Fields.Select(each => each.Field));
    }

    [Fact]
    public async Task Stream_is_gone_on_with_by_any_of_its_tokens_and_sums_the_whole()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        var request = new DiffJobRequest { Job = await JobAsync(bench), IncludeEqual = true };
        var responses = await ReadAsync(bench, request);
        Assert.Equal(Enumerable.Range(1, 10).Select(id => $"{id}"), Ids(responses));

        for (var at = 0; at < responses.Count; at++)
        {
            var rest = await ReadAsync(bench, new DiffJobRequest(request) { ResumeToken = responses[at].ResumeToken });
            Assert.Equal(Ids(responses.Skip(at + 1)), Ids(rest));
            Assert.Equal(Whole, rest[^1].Summary);
        }

        var other = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(bench, new DiffJobRequest(request) { ResumeToken = responses[0].ResumeToken, IncludeEqual = false }));
        Assert.Equal(StatusCode.InvalidArgument, other.StatusCode);
    }

    [Fact]
    public async Task Another_worker_goes_on_where_one_has_ended_and_nothing_counts_twice()
    {
        PlayedLog[] logs = [new() { HaltBehind = 6 }, new() { HaltBehind = 6 }];
        await using var bench = await RelayBench.StartAsync(logs);
        var reading = ReadAsync(bench, new DiffJobRequest { Job = await JobAsync(bench) });
        var halted = await Task.WhenAny(logs.Select(log => log.HaltedAsync));
        var first = logs[0].HaltedAsync == halted ? 0 : 1;

        await bench.StopWorkerAsync(first);
        await logs[1 - first].HaltedAsync;
        await bench.AddAsync(new PlayedLog());
        await bench.StopWorkerAsync(1 - first);

        var responses = await reading;
        Assert.Equal(["1", "2", "3", "5", "6", "7", "9", "10"], Ids(responses));
        Assert.Equal(Whole, responses[^1].Summary);
    }

    [Fact]
    public async Task Whole_comparison_of_a_job_that_can_write_no_more_is_noted_for_its_recovery_and_no_other_is()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        const string launched = "launched_at = now(), request_id = gen_random_uuid(), written = 10, updated = 10";
        var (done, running) = (await JobAsync(bench, launched), await JobAsync(bench, $"{launched}, state = 'Processing', finished_at = null"));

        var partly = await JobAsync(bench, launched);
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key)
             values ('{partly.Id}', 1, 'Extracted', 'public.b', 'public.mapped_no_more', 'b')
             """);
        await ReadAsync(bench, new DiffJobRequest { Job = partly });
        await ReadAsync(bench, new DiffJobRequest { Job = done, Fields = { "note" } });
        await ReadAsync(bench, new DiffJobRequest { Job = running });
        var begun = await ReadAsync(bench, new DiffJobRequest { Job = running, IncludeEqual = true });
        await bench.Database.ExecuteAsync($"update coordinator.sync_job set state = 'Completed', finished_at = now() where job_id = '{running.Id}'");
        await ReadAsync(bench, new DiffJobRequest { Job = running, IncludeEqual = true, ResumeToken = begun[0].ResumeToken });
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("select count(*) from coordinator.recovery_mark"));

        await ReadAsync(bench, new DiffJobRequest { Job = done });
        Assert.Equal("Diff operator 10 3", await bench.Database.ScalarAsync<string>(
            $"select concat_ws(' ', step, actor, changes, summary ->> 'different') from coordinator.recovery_mark where job_id = '{done.Id}'"));
    }

    [Fact]
    public async Task Log_that_is_removed_while_it_is_read_is_not_told_as_whole()
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        var job = await JobAsync(bench);
        log.Before = first => first == 7 ? bench.Database.ExecuteAsync($"update coordinator.sync_job set log_purged_at = now() where job_id = '{job.Id}'") : Task.CompletedTask;
        using var call = bench.OperatedRecords.DiffJob(new DiffJobRequest { Job = job });
        var summaries = 0;

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(default)) summaries += call.ResponseStream.Current.Summary is null ? 0 : 1;
        });

        Assert.Equal((StatusCode.FailedPrecondition, Rule.NothingRecorded, 0), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule, summaries));
        Assert.Contains("while it was read", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("select count(*) from coordinator.recovery_mark"));
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_by_its_field()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        var job = await JobAsync(bench);

        await WrongAsync("object", new DiffJobRequest { Object = "public.nothing" });
        await WrongAsync("object", new DiffJobRequest { Keys = { new RecordKey { Values = { ["id"] = "1" } } } });
        await WrongAsync("keys", new DiffJobRequest { Keys = { Enumerable.Repeat(new RecordKey(), 10_001) } });
        await WrongAsync("fields", new DiffJobRequest { Fields = { "nothing" } });
        await WrongAsync("resume_token", new DiffJobRequest { ResumeToken = "no-token" });
        await WrongAsync("files[0].file.text", new DiffJobRequest { File = new PipelineFile { Name = "a.yaml", Text = new string(' ', 1_100_000) } });

        async Task WrongAsync(string field, DiffJobRequest request)
        {
            request.Job = job;
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field));
        }
    }

    [Fact]
    public async Task What_was_written_by_another_key_or_is_mapped_no_longer_is_refused()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog { KeyField = "code" });
        var job = await JobAsync(bench);
        await RefusedAsync(job, Rule.KeysChanged, "code");

        var moved = await JobAsync(bench);
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.pipeline_version (pipeline_id, version, definition, applied_by)
             select v.pipeline_id, 2, jsonb_set(v.definition, array['destination', 'connection'], '"file:/elsewhere"'), 'tester'
             from coordinator.sync_job j join coordinator.pipeline_version v using (pipeline_id) where j.job_id = '{moved.Id}';
             update coordinator.pipeline p set version = 2 from coordinator.sync_job j where j.job_id = '{moved.Id}' and p.pipeline_id = j.pipeline_id
             """);
        await RefusedAsync(moved, Rule.NothingRecorded, "file:/elsewhere");

        await bench.Database.ExecuteAsync($"update coordinator.job_object set destination = 'public.elsewhere' where job_id = '{job.Id}'");
        await RefusedAsync(job, Rule.NothingRecorded, "none of the tables");
        await RefusedAsync(await JobAsync(bench, "launched_at = null"), Rule.NothingRecorded, "was not launched");
        await RefusedAsync(await bench.JobAsync("kind = 'DryRun', sample = '{}'"), Rule.NothingRecorded, "is a dry run");

        async Task RefusedAsync(JobReference of, Rule rule, string why)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, new DiffJobRequest { Job = of }));
            Assert.Equal((StatusCode.FailedPrecondition, rule), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
            Assert.Contains(why, error.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("unreachable", StatusCode.Unavailable)]
    [InlineData(ChangeProblems.NotLogged, StatusCode.FailedPrecondition)]
    public async Task Problem_of_the_destination_is_told(string code, StatusCode status)
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog { Problem = code });
        var job = await JobAsync(bench, "launched_at = now(), request_id = gen_random_uuid(), written = 3, inserted = 3");
        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, new DiffJobRequest { Job = job }))).StatusCode);
    }

    // What the job wrote to is what its pipeline's file maps.
    static async Task<JobReference> JobAsync(RelayBench bench, string with = "launched_at = now(), request_id = gen_random_uuid()")
    {
        var job = await bench.JobAsync(with);
        await bench.Database.ExecuteAsync(
            $"""
             update coordinator.job_object o set destination = v.definition -> 'objects' -> 0 ->> 'to'
             from coordinator.sync_job j join coordinator.pipeline_version v on v.pipeline_id = j.pipeline_id
             where j.job_id = '{job.Id}' and o.job_id = j.job_id
             """);
        return job;
    }

    static async Task<List<DiffJobResponse>> ReadAsync(RelayBench bench, DiffJobRequest request)
    {
        using var call = bench.OperatedRecords.DiffJob(request);
        var found = new List<DiffJobResponse>();
        while (await call.ResponseStream.MoveNext(default))
            if (call.ResponseStream.Current is { Records.Count: > 0 } or { Summary: not null }) found.Add(call.ResponseStream.Current);
        return found;
    }

    static IEnumerable<string> Ids(IEnumerable<DiffJobResponse> responses) =>
        responses.SelectMany(response => response.Records).Select(record => record.Key.Values["id"]);
}
