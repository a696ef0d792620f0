using Headgate.Crashes.Tests.Checking;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>The judge of stops itself: the proof is broken on purpose, in copies of what real stops left behind, and each is seen.</summary>
public sealed class StopProofTests(StoppedRuns runs) : IClassFixture<StoppedRuns>
{
    [Fact]
    public async Task Stops_that_nobody_broke_are_in_order()
    {
        Assert.Equal("Paused", runs.Paused.State);
        Assert.All(
            ["headgate.ledger", "headgate.batch", "headgate.change_group", "headgate.change_block"],
            name => Assert.NotNull(runs.Paused.Image.Records[name].LastCommit));
        Assert.Empty(await runs.Checker.JudgeAsync(runs.Paused));
        Assert.Empty(await EndAsync(runs.Checker, runs.Paused.Job, mails: 0));
        Assert.Empty(await EndAsync(runs.CheckerBeforeLaunch, runs.CanceledBeforeLaunch, mails: 1));
    }

    [Fact]
    public void Writer_that_heeds_no_fence_and_commits_after_the_stop_is_found() =>
        Assert.Contains(
            runs.OfCarelessWriter,
            finding => finding.Guarantee == Guarantee.NothingWrittenAfterAStop
                && finding.Sentence.Contains("stopped_heedless", StringComparison.Ordinal));

    [Theory]
    [InlineData("a row added", "insert into stopped_known values (999998, 'late')")]
    [InlineData("a row changed", "update stopped_known set v = 'late' where id = 7")]
    [InlineData("a row written again as it was", "update stopped_known set v = v where id = 7")]
    [InlineData("a row deleted", "delete from stopped_empty where id = 7")]
    [InlineData("a column added", "alter table stopped_known add late int")]
    [InlineData("an index dropped", "alter table stopped_empty drop constraint stopped_empty_pkey")]
    [InlineData("a table made", "create table stopped_late (id int)")]
    [InlineData("a table dropped", "drop table stopped_empty")]
    [InlineData("a ledger row advanced",
        "update headgate.ledger set rows = rows + 1, next_row = next_row + 1, unchanged = unchanged + 1 where path = 'upsert'")]
    [InlineData("a ledger row added",
        "insert into headgate.ledger (job_id, attempt, object_no, segment_no, pipeline_id, rows, path)"
        + " select job_id, attempt, object_no, 77, pipeline_id, 1, path from headgate.ledger limit 1")]
    [InlineData("a ledger row lost", "delete from headgate.ledger where path = 'upsert'")]
    [InlineData("a batch recorded",
        "insert into headgate.batch"
        + " select job_id, attempt, object_no, segment_no, 777777, 1, path, 0, 0, 1, 0, committed_at, writer from headgate.batch limit 1")]
    [InlineData("a change logged",
        "insert into headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records)"
        + " select job_id, attempt, object_no, segment_no, 777777, operation, row_count, records from headgate.change_group limit 1")]
    [InlineData("a logged change altered", "update headgate.change_group set records[1].before[2] = 'never so'")]
    [InlineData("a logged change lost", "delete from headgate.change_group")]
    [InlineData("a block of inserts altered", "update headgate.change_block set keys = hashes")]
    [InlineData("a reject recorded",
        "insert into headgate.rejected (job_id, attempt, object_no, segment_no, row_no, sentence, deferred)"
        + " select job_id, attempt, object_no, segment_no, 0, 'late', false from headgate.ledger limit 1")]
    [InlineData("a schema change recorded",
        "insert into headgate.schema_change (job_id, attempt, object_no, seq, statement, description)"
        + " select job_id, attempt, object_no, 77, 'select', 'late' from headgate.ledger limit 1")]
    public async Task Broken_after_a_pause_was_shown(string what, string sql)
    {
        var ofJob = sql.Replace(" limit 1", $" where job_id = '{runs.Paused.Job}' limit 1", StringComparison.Ordinal);
        await using var copy = await BrokenAsync(runs.Destination, what, ofJob);
        await FindsAsync(Guarantee.NothingWrittenAfterAStop, runs.Checker.In(runs.State.DataSource, copy.DataSource, mailbox: null));
    }

    [Fact]
    public async Task Fence_that_is_open_again_is_found()
    {
        await using var copy = await BrokenAsync(
            runs.Destination, "the fence opened", $"update headgate.fence set open = true where job_id = '{runs.Paused.Job}'");
        await FindsAsync(Guarantee.FenceIsClosed, runs.Checker.In(runs.State.DataSource, copy.DataSource, mailbox: null));
    }

    [Fact]
    public async Task Job_that_goes_on_by_itself_is_found()
    {
        await using var copy = await BrokenAsync(
            runs.State, "the job moved", $"update coordinator.sync_job set state = 'Processing', finished_at = null where job_id = '{runs.Paused.Job}'");
        await FindsAsync(Guarantee.NothingWrittenAfterAStop, runs.Checker.In(copy.DataSource, runs.Destination.DataSource, mailbox: null));
    }

    /// <summary>Between the instant at which the stop is shown and the first look: the server's commit times tell.</summary>
    [Theory]
    [InlineData("update stopped_known set v = 'late' where id = 7")]
    [InlineData("update headgate.ledger set updated_at = updated_at")]
    public async Task Write_before_the_first_look_is_found(string sql)
    {
        await using var copy = await BrokenAsync(runs.Destination, "a write", sql);
        var checker = runs.Checker.In(runs.State.DataSource, copy.DataSource, mailbox: null);
        var seen = await checker.SeeAsync(runs.Paused.Job);
        Assert.Contains(await checker.JudgeAsync(seen!), finding => finding.Guarantee == Guarantee.NothingWrittenAfterAStop);
    }

    [Theory]
    [InlineData("a row added", "insert into stopped_read values (1, 'late')")]
    [InlineData("a row of another table changed", "update stopped_empty set v = 'late' where id = 7")]
    [InlineData("a column added", "alter table stopped_read add late int")]
    [InlineData("a table made", "create table stopped_late (id int)")]
    [InlineData("a view made", "create view stopped_view as select 1")]
    public async Task Trace_of_a_cancel_before_launch_is_found(string what, string sql)
    {
        await using var copy = await BrokenAsync(runs.Destination, what, sql);
        var findings = await EndAsync(runs.CheckerBeforeLaunch, runs.CanceledBeforeLaunch, mails: 1, copy);
        Assert.Contains(findings, finding => finding.Guarantee == Guarantee.ExtractionCancelLeavesNothing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Cancel_before_launch_that_is_told_by_no_mail_or_by_two_is_found(int mails) =>
        Assert.Contains(
            await EndAsync(runs.CheckerBeforeLaunch, runs.CanceledBeforeLaunch, mails),
            finding => finding.Guarantee == Guarantee.MailOfExtractionCancelsOnly);

    [Fact]
    public async Task Cancel_after_launch_that_is_told_by_mail_is_found() =>
        Assert.Contains(
            await EndAsync(runs.Checker, runs.Paused.Job, mails: 1), finding => finding.Guarantee == Guarantee.MailOfExtractionCancelsOnly);

    static async Task<TestDatabase> BrokenAsync(TestDatabase database, string what, string sql)
    {
        var copy = await database.CopyAsync();
        Assert.True(await copy.ExecuteAsync(sql) is > 0 or -1, $"{what}: nothing was broken");
        return copy;
    }

    async Task FindsAsync(Guarantee broken, StopChecker checker) =>
        Assert.Contains(await checker.JudgeAsync(runs.Paused), finding => finding.Guarantee == broken);

    Task<IReadOnlyList<Finding>> EndAsync(StopChecker checker, Guid job, int mails, TestDatabase? destination = null) =>
        checker.In(runs.State.DataSource, (destination ?? runs.Destination).DataSource, new Mails(mails)).JudgeEndAsync(job);

    sealed class Mails(int count) : IMailbox
    {
        public Task SettledAsync(Guid job) => Task.CompletedTask;

        public Task<int> ReceivedAsync(Guid job) => Task.FromResult(count);
    }
}
