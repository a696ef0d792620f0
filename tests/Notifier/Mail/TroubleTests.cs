using Headgate.Notifier.Tests.Running;
using Headgate.Tests.Mail;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headgate.Notifier.Tests.Mail;

/// <summary>Servers that are away, refuse, or do not answer; and a database that does so at the wrong moment.</summary>
public sealed class TroubleTests : IAsyncLifetime
{
    readonly Guid _job = Guid.NewGuid();
    NotifierBench _bench = null!;

    public async Task InitializeAsync() => _bench = await NotifierBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Mail_that_is_refused_for_now_is_tried_again()
    {
        await _bench.Mail.OrderAsync(MailOrder.Later, MailOrder.Later);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.RowAsync(_job, "state = 'Sent' and tries = 3");
        Assert.Single(_bench.Mail.Received);
    }

    [Theory]
    [InlineData(MailOrder.RefuseRecipient, "550 5.1.1 No such user here")]
    [InlineData(MailOrder.Refuse, "554 5.7.1 Not wanted")]
    public async Task Mail_that_is_refused_for_good_is_given_up_and_said_so_and_the_next_ones_go(MailOrder order, string error)
    {
        await _bench.Mail.OrderAsync(order);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.RowAsync(_job, $"state = 'GivenUp' and last_error = '{error}'");
        Assert.Contains($"was refused and is given up: {error}", notifier.Log, StringComparison.Ordinal);

        var next = Guid.NewGuid();
        await notifier.DeliverAsync(Events.Canceled(next));
        await _bench.RowAsync(next, "state = 'Sent'");
        Assert.Single(_bench.Mail.Received);
    }

    [Fact]
    public async Task Mail_whose_answer_is_lost_comes_again_under_the_same_message_id()
    {
        await _bench.Mail.OrderAsync(MailOrder.LoseAnswer);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.RowAsync(_job, "state = 'Sent'");
        var received = await _bench.Mail.ReceivedAsync(_ => true, 2);
        Assert.Equal((2, 1), (received.Count, received.Select(mail => mail.MessageId).Distinct().Count()));
    }

    [Fact]
    public async Task Mails_wait_while_the_server_is_away_and_go_once_it_is_back()
    {
        await using var notifier = await _bench.RunAsync();
        await _bench.Mail.StopAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.RowAsync(_job, "state = 'Waiting' and last_error is not null and tries = 0");
        await Headgate.Tests.Installations.Installation.EventuallyAsync(
            async () => (await notifier.HealthAsync()).Status == HealthStatus.Degraded, () => Task.FromResult("the notifier says that it is well"));

        await _bench.Mail.StartAsync();
        await _bench.RowAsync(_job, "state = 'Sent'");
        Assert.Single(_bench.Mail.Received);
    }

    [Fact]
    public async Task Mails_wait_while_no_server_is_named_and_go_once_one_is()
    {
        await using (var mute = await _bench.RunMutelyAsync())
        {
            await mute.DeliverAsync(Events.Canceled(_job));
            await Headgate.Tests.Installations.Installation.EventuallyAsync(
                () => Task.FromResult(mute.Log.Contains("HEADGATE_NOTIFIER__SMTP__HOST is not set", StringComparison.Ordinal)),
                () => Task.FromResult(mute.Log));
            Assert.Equal(HealthStatus.Degraded, (await mute.HealthAsync()).Status);
        }

        await using var notifier = await _bench.RunAsync();
        await _bench.RowAsync(_job, "state = 'Sent'");
        Assert.EndsWith("@headgate.invalid", Assert.Single(_bench.Mail.Received).MessageId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_is_marked_once_the_database_is_back_and_not_sent_again_when_it_was_away_at_the_answer()
    {
        await _bench.Mail.OrderAsync(MailOrder.Hold);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.Mail.TriedAsync();
        await _bench.State.ScalarAsync<bool>(
            "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'headgate-notifier' and datname = current_database()");
        await _bench.Mail.ReleaseAsync();
        await _bench.RowAsync(_job, "state = 'Sent'");

        var next = Guid.NewGuid();
        await notifier.DeliverAsync(Events.Canceled(next));
        await _bench.RowAsync(next, "state = 'Sent'");
        Assert.Equal(2, _bench.Mail.Received.Count);
    }

    [Fact]
    public async Task Stop_of_the_notifier_waits_for_the_answer_to_a_mail_that_is_under_way()
    {
        await _bench.Mail.OrderAsync(MailOrder.Hold);
        var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.Mail.TriedAsync();
        var stop = notifier.DisposeAsync().AsTask();
        await _bench.Mail.ReleaseAsync();
        await stop;
        Assert.Equal("Sent", await _bench.State.ScalarAsync<string>("select state from notifier.outbox"));
        Assert.Single(_bench.Mail.Received);
    }

    // A column of JSON is JSON always; what it says need not be what this version knows.
    [Theory]
    [InlineData("notice - 'project'", "project")]
    [InlineData("""jsonb_set(notice, '{kind}', '"WindChanged"')""", "kind")]
    [InlineData("jsonb_set(notice, '{kind}', '99')", "kind")]
    [InlineData("'null'", "null")]
    public async Task Row_that_cannot_be_read_is_set_aside_with_the_reason_and_the_others_go(string notice, string reason)
    {
        var next = Guid.NewGuid();
        await using (var mute = await _bench.RunMutelyAsync())
        {
            await mute.DeliverAsync(Events.Canceled(_job));
            await mute.DeliverAsync(Events.Canceled(next));
        }

        await _bench.State.ExecuteAsync($"update notifier.outbox set notice = {notice} where job_id = '{_job}'");
        using var given = GivenUpHere.Listen();
        await using var notifier = await _bench.RunAsync();
        await _bench.RowAsync(next, "state = 'Sent'");

        await _bench.RowAsync(_job, $"state = 'GivenUp' and last_error like 'The notice cannot be read: %{reason}%'");
        Assert.Contains("Error Mail ", notifier.Log, StringComparison.Ordinal);
        Assert.Contains("The notice cannot be read: ", notifier.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("state database is away", notifier.Log, StringComparison.Ordinal);
        Assert.Equal(1, given.Count);
    }

    [Fact]
    public async Task Mail_that_waits_for_days_is_given_up()
    {
        await _bench.Mail.OrderAsync([.. Enumerable.Repeat(MailOrder.Later, 1000)]);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await _bench.Mail.TriedAsync();
        await _bench.State.ExecuteAsync("update notifier.outbox set created_at = now() - interval '73 hours'");
        await _bench.RowAsync(_job, "state = 'GivenUp' and last_error = 'Too old. 451 4.3.0 Try again later'");
        Assert.Empty(_bench.Mail.Received);
    }
}
