using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.JobCoordinator.Tests.Calls.Repairs;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>ListRejected, with the records at a real destination.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class ListRejectedTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task Records_that_were_refused_are_told_with_key_and_values_in_the_order_of_rejection_page_by_page()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync($"update headgate.job_object set staged = '{{integer,text,text}}' where job_id = '{run.Id}'");
        for (var no = 1; no <= 3; no++)
        {
            await bench.Destination.ExecuteAsync(
                $"""
                 insert into headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sqlstate, constraint_name, sentence, image, deferred, at)
                 values ('{run.Id}', 1, 0, 0, {no}, '23514', 'checked', 'Object x: it is not allowed.',
                         '\x0003' || decode('00000004' || lpad(to_hex({no}), 8, '0') || '00000001' || '65' || 'ffffffff', 'hex'), {no == 3}, timestamptz '2026-01-01 00:00:0{4 - no}+00')
                 """);
        }

        var first = await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference, PageSize = 2 });
        var second = await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference, PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(["3", "2", "1"], [.. first.Records.Concat(second.Records).Select(record => record.Key.Values["id"])]);
        Assert.Equal("", second.NextPageToken);
        var record = first.Records[0];
        Assert.Equal((run.Table, "23514", "checked", true, false), (record.Object, record.SqlState, record.Constraint, record.Waiting, record.Record[2].HasValue));
        Assert.Equal([("id", "3"), ("email", "e"), ("city", "")], record.Record.Select(value => (value.Field, value.Value)));
        Assert.Null(record.Conflict);
    }

    [Fact]
    public async Task Record_that_a_rollback_has_left_is_told_with_all_three_values_of_what_it_is_about()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync(
            $$"""
              insert into headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred, conflict, key, before, written, now) values
                ('{{run.Id}}', 1, 0, 0, 0, 'Somebody has changed it since.', false, 'changed', '{7}', '{NULL,old,NULL}', '{NULL,new,NULL}', '{7,mine,here}'),
                ('{{run.Id}}', 2, 0, 0, 0, 'It is not there.', false, 'gone', '{8}', '{NULL,a,NULL}', '{NULL,NULL,NULL}', NULL)
              """);

        var answer = await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference, Attempt = 1, Object = run.Table });

        var record = Assert.Single(answer.Records);
        Assert.Equal(("7", ConflictKind.Changed), (record.Key.Values["id"], record.Conflict.Kind));
        var field = Assert.Single(record.Conflict.Fields);
        Assert.Equal(("email", "old", "new", "mine"), (field.Field, field.Before, field.Written, field.Now));
        Assert.Equal(2, (await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference })).Records.Count);
    }

    [Fact]
    public async Task Job_whose_log_is_kept_no_longer_is_refused_and_one_without_launch_has_none()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.State.ExecuteAsync($"update coordinator.sync_job set log_purged_at = now() where job_id = '{run.Id}'");
        await Refused.ByAsync(Rule.NothingRecorded, $"job:{run.Id}", bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = run.Reference }));
        var pending = await _project.StartAsync();
        Assert.Empty((await bench.Records.ListRejectedAsync(new ListRejectedRequest { Job = new JobReference { Id = pending.ToString() } })).Records);
    }
}
