using Google.Rpc;
using Grpc.Core;
using Headgate.Connectors.Changes;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Changes;

public sealed class ListChangesTests
{
    [Fact]
    public async Task Changes_are_given_up_to_the_limit_and_gone_on_with_by_the_token_of_the_same_request()
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        var request = new ListChangesRequest
        {
            Job = await bench.JobAsync(),
            Object = "public.things",
            Field = "note",
            Operation = ChangeOperation.Update,
            Limit = 4,
            Attempt = 1,
            Key = new RecordKey { Values = { ["id"] = "7" } },
            Present = true,
        };

        var first = await ReadAsync(bench, request);
        var rest = await ReadAsync(bench, new ListChangesRequest(request) { ResumeToken = first[^1].ResumeToken });
        var other = await Assert.ThrowsAsync<RpcException>(
            () => ReadAsync(bench, new ListChangesRequest(request) { ResumeToken = first[^1].ResumeToken, Field = "other" }));

        Assert.Equal([1, 2, 3, 4], Sequences(first));
        Assert.Equal([5, 6, 7, 8], Sequences(rest));
        Assert.Equal(StatusCode.InvalidArgument, other.StatusCode);
        var change = first[0].Changes[0];
        Assert.Equal(("public.things", "1", ChangeOperation.Update, 1), (change.Object, change.Key.Values["id"], change.Operation, change.Attempt));
        Assert.Equal(("note", false, "xxx"), (change.Fields.Single().Field, change.Fields[0].HasBefore, change.Fields[0].After));
        Assert.True(log.Asked.TryPeek(out var asked));
        Assert.Equal(("note", LoggedOperation.Update, 1, true, 0), (asked.Field, asked.Operation, asked.Attempt, asked.Present, asked.Objects!.Single()));
        Assert.Equal([KeyValuePair.Create("id", "7")], asked.Key!);
    }

    [Theory]
    [InlineData("things")]
    [InlineData("Public.Things")]
    [InlineData("public.\"things\"")]
    public async Task Object_is_the_same_however_it_is_spelled(string spelled)
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        var job = await bench.JobAsync();

        Assert.Equal(Enumerable.Range(1, 10), Sequences(await ReadAsync(bench, new ListChangesRequest { Job = job, Object = spelled })));
        Assert.Equal([0], log.Asked.Last().Objects!);
        Assert.Equal(4, (await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = job, Object = spelled, PageSize = 4 })).Records.Count);
    }

    [Fact]
    public async Task Worker_reads_no_more_than_the_client_takes()
    {
        var log = new PlayedLog { Changes = 400, PageSize = 1, ValueLength = 200_000 };
        await using var bench = await RelayBench.StartAsync(log);
        using var call = bench.Records.ListChanges(new ListChangesRequest { Job = await bench.JobAsync() });
        Assert.True(await call.ResponseStream.MoveNext(default));

        // Until all buffers on the way are full: two looks in a row find nothing new.
        for (var before = -1; before < log.Asked.Count; await Task.Delay(500)) before = log.Asked.Count;

        Assert.InRange(log.Asked.Count, 1, 60);
        var taken = 1;
        while (await call.ResponseStream.MoveNext(default)) taken += call.ResponseStream.Current.Changes.Count;
        Assert.Equal(400, taken);
    }

    [Fact]
    public async Task Another_worker_goes_on_where_one_has_ended_and_the_client_does_not_notice()
    {
        PlayedLog[] logs = [new() { HaltBehind = 6 }, new() { HaltBehind = 6 }];
        await using var bench = await RelayBench.StartAsync(logs);
        var reading = ReadAsync(bench, new ListChangesRequest { Job = await bench.JobAsync() });
        var halted = await Task.WhenAny(logs.Select(log => log.HaltedAsync));

        // Whoever is asked after that does not halt.
        var first = logs[0].HaltedAsync == halted ? 0 : 1;
        Assert.Equal(6, logs[first].Asked.Last().After);
        await bench.StopWorkerAsync(first);
        await logs[1 - first].HaltedAsync;
        await bench.AddAsync(new PlayedLog());
        await bench.StopWorkerAsync(1 - first);

        Assert.Equal(Enumerable.Range(1, 10), Sequences(await reading));
    }

    [Fact]
    public async Task Worker_is_let_go_when_the_client_leaves()
    {
        var log = new PlayedLog { HaltBehind = 0 };
        await using var bench = await RelayBench.StartAsync(log);
        var call = bench.Records.ListChanges(new ListChangesRequest { Job = await bench.JobAsync() });
        await log.HaltedAsync;

        call.Dispose();

        await log.EndedAsync;
    }

    [Theory]
    [InlineData(ChangeProblems.Field, StatusCode.InvalidArgument, "field")]
    [InlineData(ChangeProblems.Key, StatusCode.InvalidArgument, "key")]
    [InlineData("unreachable", StatusCode.Unavailable, null)]
    [InlineData(ChangeProblems.NotLogged, StatusCode.FailedPrecondition, null)]
    public async Task Problem_of_the_destination_is_told(string code, StatusCode status, string? field)
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog { Problem = code });
        var job = await bench.JobAsync("launched_at = now(), request_id = gen_random_uuid(), written = 3, inserted = 3");

        var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, new ListChangesRequest { Job = job }));

        Assert.Equal(status, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<BadRequest>()?.FieldViolations.Single().Field);
        if (status is StatusCode.Unavailable) Assert.Contains("It is played.", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_came_to_nothing_has_no_changes_and_one_without_a_log_is_refused()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog { Problem = ChangeProblems.NotLogged });

        Assert.Empty(await ReadAsync(bench, new ListChangesRequest { Job = await bench.JobAsync() }));
        await RefusedAsync("launched_at = null", "was not launched");
        await RefusedAsync("launched_at = now(), request_id = gen_random_uuid(), log_purged_at = now()", "kept no longer");

        async Task RefusedAsync(string with, string why)
        {
            var job = await bench.JobAsync(with);
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, new ListChangesRequest { Job = job }));
            Assert.Equal((StatusCode.FailedPrecondition, Rule.NothingRecorded), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
            Assert.Contains(why, error.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task Log_that_is_removed_while_it_is_read_is_not_told_as_whole(int limit)
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        var job = await bench.JobAsync();
        // As retention does: what it gives up it then removes, and behind what is removed there is nothing more.
        log.Before = first => first == 7 ? bench.Database.ExecuteAsync($"update coordinator.sync_job set log_purged_at = now() where job_id = '{job.Id}'") : Task.CompletedTask;

        var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, new ListChangesRequest { Job = job, Limit = limit }));

        Assert.Equal((StatusCode.FailedPrecondition, Rule.NothingRecorded), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
        Assert.Contains("while it was read", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("select count(*) from coordinator.recovery_mark"));
    }

    [Theory]
    [InlineData("things")]
    [InlineData("Public.Things")]
    [InlineData("\"public\".\"things\"")]
    public async Task Object_is_found_however_it_is_spelled(string spelled)
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        var job = await bench.JobAsync();

        var changes = await ReadAsync(bench, new ListChangesRequest { Job = job, Object = spelled });
        var rejected = await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = job, Object = spelled });

        Assert.Equal([0], log.Asked.Select(query => query.Objects!.Single()).Distinct());
        Assert.Equal([0], log.AskedRejects.Select(query => query.Objects!.Single()));
        Assert.Equal(10, Sequences(await ReadAsync(bench, new ListChangesRequest { Job = job, Object = spelled, ResumeToken = changes[0].ResumeToken })).Last());
        Assert.All(rejected.Records, record => Assert.Equal("public.things", record.Object));
    }

    [Fact]
    public async Task Records_of_a_dry_run_are_what_it_has_kept_once_it_is_through()
    {
        var log = new PlayedLog();
        await using var bench = await RelayBench.StartAsync(log);
        const string dry = "kind = 'DryRun', sample = '{\"rows\": 1}'";
        var job = await bench.JobAsync(dry);
        var request = new ListChangesRequest { Job = job };
        Assert.Empty(await ReadAsync(bench, request));

        await bench.Database.ExecuteAsync(
            $$"""
            insert into coordinator.job_finding (job_id, attempt, object_no, found) values ('{{job.Id}}', 1, 0,
                '{"objectNo": 0, "rows": 1, "inserts": 0, "updates": 1, "unchanged": 0, "rejected": 0, "destinationRows": 1, "fields": []}')
            """);
        await RefusedAsync(request, "is not there any more");
        await RefusedAsync(new ListChangesRequest { Job = await bench.JobAsync($"{dry}, state = 'Failed', finished_at = null") }, "once it is Completed: it is Failed");
        var kept = Path.Combine(bench.Staging, "samples", Guid.Parse(job.Id).ToString("N"), "1", $"0.{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}");
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        await File.WriteAllTextAsync(
            kept,
            """
            {"fields": ["id", "note"], "key": ["id"], "records": [{"copy": "00000000-0000-0000-0000-000000000001", "record":
                {"isInsert": false, "key": [{"key": "id", "value": "7"}], "fields": [{"field": "note", "before": "a", "after": null, "cut": 0}]}}]}
            """);
        var found = Assert.Single(Assert.Single(await ReadAsync(bench, request)).Changes);

        Assert.Equal(("public.things", "7", ChangeOperation.Update, null), (found.Object, found.Key.Values["id"], found.Operation, found.Committed));
        Assert.Equal(("note", "a", false), (found.Fields.Single().Field, found.Fields[0].Before, found.Fields[0].HasAfter));
        Assert.Empty(log.Asked);
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("select count(*) from coordinator.recovery_mark"));

        async Task RefusedAsync(ListChangesRequest wrong, string why)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, wrong));
            Assert.Equal((StatusCode.FailedPrecondition, Rule.NothingRecorded), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
            Assert.Contains(why, error.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_by_its_field()
    {
        await using var bench = await RelayBench.StartAsync();
        var job = await bench.JobAsync();

        await WrongAsync("object", new ListChangesRequest { Object = "public.nothing" });
        await WrongAsync("object", new ListChangesRequest { Key = new RecordKey { Values = { ["id"] = "1" } } });
        await WrongAsync("key", new ListChangesRequest { Object = "public.things", Key = new RecordKey() });
        await WrongAsync("limit", new ListChangesRequest { Limit = -1 });
        await WrongAsync("attempt", new ListChangesRequest { Attempt = -1 });
        await WrongAsync("operation", new ListChangesRequest { Operation = (ChangeOperation)9 });
        await WrongAsync("resume_token", new ListChangesRequest { ResumeToken = "no-token" });

        async Task WrongAsync(string field, ListChangesRequest request)
        {
            request.Job = job;
            var error = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(bench, request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field));
        }
    }

    [Fact]
    public async Task Whole_list_of_a_job_that_can_write_no_more_is_noted_for_its_recovery_and_no_other_is()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        const string launched = "launched_at = now(), request_id = gen_random_uuid(), written = 10, updated = 10";
        var (done, running) = (await bench.JobAsync(launched), await bench.JobAsync($"{launched}, state = 'Processing', finished_at = null"));

        await ReadAsync(bench, new ListChangesRequest { Job = done, Limit = 10 });
        await ReadAsync(bench, new ListChangesRequest { Job = done, Object = "public.things" });
        var begun = await ReadAsync(bench, new ListChangesRequest { Job = running });
        await bench.Database.ExecuteAsync($"update coordinator.sync_job set state = 'Completed', finished_at = now() where job_id = '{running.Id}'");
        await ReadAsync(bench, new ListChangesRequest { Job = running, ResumeToken = begun[0].ResumeToken });
        Assert.Equal(0, await bench.Database.ScalarAsync<long>("select count(*) from coordinator.recovery_mark"));

        var whole = await ReadAsync(bench, new ListChangesRequest { Job = done });
        await bench.Database.ExecuteAsync("update coordinator.recovery_mark set actor = 'somebody'");
        await ReadAsync(bench, new ListChangesRequest { Job = done, ResumeToken = whole[0].ResumeToken });
        Assert.Equal("Export tester 10", await bench.Database.ScalarAsync<string>(
            $"select concat_ws(' ', step, actor, changes) from coordinator.recovery_mark where job_id = '{done.Id}'"));
    }

    [Fact]
    public async Task Rejected_records_are_given_page_by_page()
    {
        await using var bench = await RelayBench.StartAsync(new PlayedLog());
        var request = new ListRejectedRequest { Job = await bench.JobAsync(), PageSize = 4 };

        var keys = new List<string>();
        for (var answer = await bench.Records.ListRejectedAsync(request); ; answer = await bench.Records.ListRejectedAsync(request))
        {
            Assert.All(answer.Records, record => Assert.Equal(("public.things", "22001", "It does not fit.", false), (record.Object, record.SqlState, record.Sentence, record.Record.Single().HasValue)));
            keys.AddRange(answer.Records.Select(record => record.Key.Values["id"]));
            request.PageToken = answer.NextPageToken;
            if (request.PageToken.Length == 0) break;
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(number => $"{number}"), keys);
        Assert.Empty((await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = await bench.JobAsync("launched_at = null") })).Records);
    }

    static async Task<List<ListChangesResponse>> ReadAsync(RelayBench bench, ListChangesRequest request)
    {
        using var call = bench.Records.ListChanges(request);
        var found = new List<ListChangesResponse>();
        while (await call.ResponseStream.MoveNext(default))
            if (call.ResponseStream.Current.Changes.Count > 0) found.Add(call.ResponseStream.Current);
        return found;
    }

    static IEnumerable<int> Sequences(IEnumerable<ListChangesResponse> responses) =>
        responses.SelectMany(response => response.Changes).Select(change => (int)change.Sequence);
}
