using Headgate.Contracts.Jobs;
using Headgate.Tests.Mail;

namespace Headgate.Integration.Tests;

/// <summary>Who is told of what, through all services and by a real mail server.</summary>
public sealed class NoticeTests : IAsyncLifetime
{
    const string Notify = "  notify: { email: ops@example.com }";
    Installation _headgate = null!;
    MailServer _mail = null!;

    public async Task InitializeAsync()
    {
        _mail = await MailServer.StartAsync();
        _headgate = await Installation.StartAsync(environment =>
        {
            foreach (var (name, value) in _mail.Settings) environment[name] = value;
        });
    }

    public async Task DisposeAsync()
    {
        await _headgate.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task Cancel_before_launch_and_failure_are_one_mail_each_and_a_cancel_after_launch_is_none()
    {
        // Nobody listens yet: what is published now is lost, and is owed until a notifier has kept it.
        var canceled = await CancelExtractionAsync();
        await _headgate.StartNotifierAsync();
        await _mail.ReceivedAsync(About(canceled));
        await CancelLaunchedAsync();
        var failed = await FailAsync();
        await _mail.ReceivedAsync(About(failed));
        await Installation.EventuallyAsync(
            async () => await _headgate.State.ScalarAsync<long>(
                "select count(*) from coordinator.obligation where awaits_answer and answered_at is null or done_at is null") == 0,
            () => Task.FromResult("something is still owed"));

        Assert.Equal(2, _mail.Received.Count);
        var mail = _mail.Received[0];
        Assert.Equal(("[Headgate] test/reading: canceled before launch", "ops@example.com"), (mail.Subject, mail.To));
        foreach (var said in (string[])["ann", "wrong mapping", "0 written", "headgate sync test/reading"])
            Assert.Contains(said, mail.Text, StringComparison.Ordinal);
    }

    async Task<Guid> CancelExtractionAsync()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table reading (id int primary key);
            insert into reading select generate_series(1, 20000);
            create function gate() returns boolean language plpgsql volatile as 'begin perform pg_sleep(0.01); return true; end'
            """);
        await _headgate.ApplyAsync(Pipelines.Of("reading", Pipelines.Object("reading", filter: "gate()"), Notify));
        var job = await _headgate.RunAsync("test/reading");
        await _headgate.StateAsync(job, "Initializing");
        await _headgate.TellAsync(new CancelJob { JobId = job, Mode = CancelMode.Graceful, Actor = "ann", Reason = "wrong mapping" });
        await _headgate.StateAsync(job, "Canceled");
        return job;
    }

    async Task CancelLaunchedAsync()
    {
        await _headgate.Source.ExecuteAsync("create table launched (id int primary key); insert into launched select generate_series(1, 1000)");
        await _headgate.Destination.ExecuteAsync("create table launched (id int primary key)");
        await _headgate.ApplyAsync(Pipelines.Of("launched", Pipelines.Object("launched"), Notify));
        await using var block = await _headgate.BlockAsync("launched");
        var job = await _headgate.RunAsync("test/launched");
        await _headgate.WorkerBlockedAsync();
        await _headgate.TellAsync(new CancelJob { JobId = job, Mode = CancelMode.Force, Actor = "ann", Reason = "wrong mapping" });
        await _headgate.StateAsync(job, "Canceled");
    }

    async Task<Guid> FailAsync()
    {
        await _headgate.Source.ExecuteAsync("create table gone (id int primary key)");
        await _headgate.ApplyAsync(Pipelines.Of("gone", Pipelines.Object("gone"), Notify));
        await _headgate.Source.ExecuteAsync("drop table gone");
        var job = await _headgate.RunAsync("test/gone");
        await _headgate.StateAsync(job, "Failed");
        return job;
    }

    static Func<ReceivedMail, bool> About(Guid job) => mail => mail.Text.Contains($"{job}", StringComparison.Ordinal);
}
