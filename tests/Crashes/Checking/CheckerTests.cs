using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Checking;

/// <summary>The checker itself: each guarantee is broken on purpose in a copy of what real runs left behind, and must be named.</summary>
public sealed class CheckerTests(FinishedRuns runs) : IClassFixture<FinishedRuns>
{
    [Fact]
    public async Task Runs_that_nobody_touched_are_in_order() => Assert.Empty(await runs.Checker.JudgeAsync());

    [Theory]
    [InlineData("a destination row deleted", Guarantee.DestinationEqualsSource, "delete from done_known where id = 7")]
    [InlineData("a destination row changed", Guarantee.DestinationEqualsSource, "update done_known set v = 'other' where id = 7")]
    [InlineData("a destination row added", Guarantee.DestinationEqualsSource, "insert into done_known values (999999, 'more', now(), 1)")]
    [InlineData("a row changed that the log has", Guarantee.ChangeLogIsExact, "update done_known set v = 'other' where id = 2")]
    [InlineData("a change deleted", Guarantee.ChangeLogIsExact, "update headgate.change_group set row_count = row_count - 1, records = records[2:] where seq = (select min(seq) from headgate.change_group)")]
    [InlineData("a before-image changed", Guarantee.ChangeLogIsExact,
        """
        update headgate.change_group set records[1].before[2] = 'never so'
        where seq = (select min(seq) from headgate.change_group where records[1].before[2] = 'old')
        """)]
    [InlineData("a block of inserts deleted", Guarantee.ChangeLogIsExact, "delete from headgate.change_block where ctid = (select min(ctid) from headgate.change_block)")]
    [InlineData("a change of no batch", Guarantee.ChangeLogIsExact,
        """
        insert into headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records)
        select job_id, attempt, object_no, segment_no, 77777, operation, row_count, records from headgate.change_group limit 1
        """)]
    [InlineData("a batch twice", Guarantee.LedgerIsItsBatches,
        """
        insert into headgate.batch select job_id, attempt, object_no, segment_no, first_row + 1, row_count, path, inserted, updated, unchanged, rejected,
            committed_at, writer from headgate.batch limit 1
        """)]
    [InlineData("a batch lost", Guarantee.LedgerIsItsBatches, "delete from headgate.batch where ctid = (select min(ctid) from headgate.batch)")]
    [InlineData("a ledger row advanced", Guarantee.LedgerIsItsBatches, "update headgate.ledger set rows = rows + 1, next_row = next_row + 1, unchanged = unchanged + 1 where path = 'upsert'")]
    [InlineData("a ledger row advanced", Guarantee.StagedIsTaken, "update headgate.ledger set rows = rows + 1, next_row = next_row + 1, unchanged = unchanged + 1 where path = 'upsert'")]
    [InlineData("a ledger row lost", Guarantee.StagedIsTaken, "delete from headgate.ledger where path = 'upsert'")]
    [InlineData("a ledger row that counts otherwise", Guarantee.CountsAreTheLedgers,
        "update headgate.ledger set inserted = inserted + 1, unchanged = unchanged - 1 where unchanged > 0")]
    [InlineData("a fence left open", Guarantee.FenceIsClosed, "update headgate.fence set open = true")]
    [InlineData("a fence moved back", Guarantee.FenceIsClosed, "update headgate.fence set epoch = epoch - 1")]
    [InlineData("a fence lost", Guarantee.FenceIsClosed, "delete from headgate.fence")]
    public async Task Broken_at_the_destination(string what, Guarantee broken, string sql)
    {
        await using var copy = await runs.Destination.CopyAsync();
        Assert.True(await copy.ExecuteAsync(sql) > 0, $"{what}: nothing was broken");
        await NamesAsync(broken, copy, of => runs.Checker.In(runs.State.DataSource, runs.Source.DataSource, of.DataSource));
    }

    [Theory]
    [InlineData("Canceled")]
    [InlineData("Paused")]
    public async Task Batch_that_says_of_itself_that_it_came_after_a_stop(string state)
    {
        await using var copy = await runs.Destination.CopyAsync();
        var job = await runs.State.ScalarAsync<Guid>($"select job_id from watch.shown where state = '{state}' order by seq limit 1");
        var shown = await runs.State.ScalarAsync<string>($"select (at + interval '1 ms')::text from watch.shown where state = '{state}' order by seq limit 1");
        Assert.Equal(1, await copy.ExecuteAsync(
            $"""
             insert into headgate.batch select job_id, attempt, object_no, segment_no, 900000, 1, path, 0, 0, 1, 0, '{shown}', writer
             from headgate.batch where job_id = '{job}' limit 1
             """));
        var findings = await runs.Checker.In(runs.State.DataSource, runs.Source.DataSource, copy.DataSource).JudgeAsync();
        Assert.Contains(findings, finding => finding.Guarantee == Guarantee.NothingWrittenAfterAStop
            && finding.Sentence.Contains($"from 900000 was committed, {state} was shown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Batch_that_committed_after_a_stop_whatever_it_says_of_itself()
    {
        await using var copy = await runs.Destination.CopyAsync();
        Assert.Equal(1, await copy.ExecuteAsync(
            """
            insert into headgate.batch select job_id, attempt, object_no, segment_no, 900000, 1, path, 0, 0, 1, 0, committed_at, writer
            from headgate.batch order by committed_at desc limit 1
            """));
        await NamesAsync(Guarantee.NothingWrittenAfterAStop, copy, of => runs.Checker.In(runs.State.DataSource, runs.Source.DataSource, of.DataSource));
    }

    [Fact]
    public async Task Bound_that_passes_a_record_which_has_come_since()
    {
        await using var source = await runs.Source.CopyAsync();
        await using var state = await runs.State.CopyAsync();
        await source.ExecuteAsync("insert into done_known values (5000, 'new', now() + interval '1 hour', 1)");
        var checker = runs.Checker.In(state.DataSource, source.DataSource, runs.Destination.DataSource);
        Assert.DoesNotContain(await checker.JudgeAsync(), finding => finding.Guarantee == Guarantee.OffsetsAreRight);
        await state.ExecuteAsync("update ingest.bound set upper = upper + interval '1 day'");
        Assert.Contains(await checker.JudgeAsync(), finding => finding.Guarantee == Guarantee.OffsetsAreRight);
    }

    [Fact]
    public async Task Fence_is_where_it_was_after_a_pause_in_which_there_was_nothing_to_move()
    {
        const string paused =
            """
            insert into coordinator.job_stop (job_id, project, pipeline, attempt, epoch, state, phase, intent, mode, cause, actor, first_requested_at,
                                              requested_at, confirmed_at, at_once)
            select job_id, project, pipeline, attempt, epoch - 1, 'Collecting', 'Verifying', 'Pause', 'Graceful', 'Command', 'test', now(), now(), now(), true
            from coordinator.sync_job where state = 'Completed'
            """;
        await using var state = await runs.State.CopyAsync();
        var checker = runs.Checker.In(state.DataSource, runs.Source.DataSource, runs.Destination.DataSource);
        await state.ExecuteAsync("update coordinator.sync_job set epoch = epoch + 2 where state = 'Completed'");
        Assert.Contains(await checker.JudgeAsync(), finding => finding.Guarantee == Guarantee.FenceIsClosed);
        await state.ExecuteAsync(paused);
        Assert.DoesNotContain(await checker.JudgeAsync(), finding => finding.Guarantee == Guarantee.FenceIsClosed);
    }

    [Theory]
    [InlineData("an offset of a job that was canceled", Guarantee.OffsetsAreRight,
        "update coordinator.object_offset set job_id = (select job_id from coordinator.sync_job where state = 'Canceled') where object_key like '%known%'")]
    [InlineData("an offset lost", Guarantee.OffsetsAreRight, "delete from coordinator.object_offset where object_key like '%known%'")]
    [InlineData("a segment that staged more", Guarantee.StagedIsTaken, "update coordinator.job_segment set rows = rows + 1 where state = 'Loaded'")]
    [InlineData("a segment left behind", Guarantee.StagedIsTaken,
        "insert into coordinator.job_segment select job_id, attempt, object_no, segment_no + 50, state, copy, 5 from coordinator.job_segment where state = 'Loaded' limit 9")]
    [InlineData("counts that are not the ledger's", Guarantee.CountsAreTheLedgers, "update coordinator.sync_job set unchanged = unchanged + 1")]
    [InlineData("a state that was never shown", Guarantee.StatesAreLegal, "update watch.shown set state = 'Collecting' where state = 'Initializing'")]
    [InlineData("a job that came back from its end", Guarantee.StatesAreLegal,
        "insert into watch.shown (job_id, state, attempt, epoch, written, launched) select job_id, 'Processing', attempt, epoch, written, launched from watch.shown where state = 'Canceled'")]
    [InlineData("an epoch that fell", Guarantee.StatesAreLegal, "update watch.shown set epoch = 0 where state = 'Completed'")]
    [InlineData("a refused command that did something", Guarantee.StatesAreLegal, "update coordinator.job_command set outcome = 'Refused' where state_before <> state_after")]
    [InlineData("a stop that nobody confirmed", Guarantee.StatesAreLegal, "update coordinator.sync_job set stop_confirmed_at = null where state = 'Canceled'")]
    [InlineData("an event that has not left", Guarantee.ObligationsAreDone, "update coordinator.obligation set done_at = null where message like '%JobCompleted'")]
    [InlineData("an event that was never owed", Guarantee.ObligationsAreDone, "delete from coordinator.obligation where message like '%JobCanceled'")]
    [InlineData("an event owed twice", Guarantee.ObligationsAreDone,
        "insert into coordinator.obligation (obligation_id, job_id, message, body, done_at) select gen_random_uuid(), job_id, message, body, now() from coordinator.obligation where message like '%JobCompleted'")]
    [InlineData("a job never released", Guarantee.ObligationsAreDone, "delete from coordinator.obligation where message like '%ReleaseJob'")]
    [InlineData("more shown with a stop than there was", Guarantee.NothingWrittenAfterAStop, "update watch.shown set written = written + 1 where state = 'Paused'")]
    public async Task Broken_in_the_state(string what, Guarantee broken, string sql)
    {
        await using var copy = await runs.State.CopyAsync();
        Assert.True(await copy.ExecuteAsync(sql) > 0, $"{what}: nothing was broken");
        await NamesAsync(broken, copy, of => runs.Checker.In(of.DataSource, runs.Source.DataSource, runs.Destination.DataSource));
    }

    [Fact]
    public async Task Write_of_people_that_the_log_claims()
    {
        await using var copy = await runs.Destination.CopyAsync();
        await copy.ExecuteAsync("update done_shared set n = n + 1 where id = 3");
        await NamesAsync(Guarantee.ChangeLogIsExact, copy, of => runs.Checker.In(runs.State.DataSource, runs.Source.DataSource, of.DataSource));
    }

    static async Task NamesAsync(Guarantee broken, TestDatabase copy, Func<TestDatabase, RunChecker> checker)
    {
        var findings = await checker(copy).JudgeAsync();
        Assert.Contains(findings, finding => finding.Guarantee == broken);
    }
}
