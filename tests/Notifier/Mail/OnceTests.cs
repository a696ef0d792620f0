using Headgate.Contracts.Pipelines;
using Headgate.Notifier.Tests.Running;
using Headgate.Tests.Mail;

namespace Headgate.Notifier.Tests.Mail;

/// <summary>One mail for each thing that happened, however often and under whatever id its event comes.</summary>
public sealed class OnceTests : IAsyncLifetime
{
    NotifierBench _bench = null!;

    public async Task InitializeAsync() => _bench = await NotifierBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Event_that_is_delivered_ten_times_and_under_other_ids_is_one_mail()
    {
        var (job, id) = (Guid.NewGuid(), Guid.NewGuid());
        await using (var notifier = await _bench.RunAsync())
        {
            await notifier.DeliverAsync(Events.Canceled(job), id);
            await _bench.Mail.ReceivedAsync(About(job));
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => notifier.DeliverAsync(Events.Canceled(job), Guid.NewGuid())));
            for (var again = 0; again < 4; again++) await notifier.DeliverAsync(Events.Canceled(job), id);
            // Mails leave in the order of their rows: a second one would have come before this one's.
            await SentinelAsync(notifier);
        }

        await using var another = await _bench.RunAsync();
        await another.DeliverAsync(Events.Canceled(job), id);
        await SentinelAsync(another);
        Assert.Equal($"{id:N}@example.com", Assert.Single(_bench.Mail.Received, mail => About(job)(mail)).MessageId);
    }

    [Fact]
    public async Task Event_that_comes_again_once_another_version_names_it_by_another_key_is_no_second_mail()
    {
        var (job, id) = (Guid.NewGuid(), Guid.NewGuid());
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(job), id);
        await _bench.State.ExecuteAsync($"update notifier.outbox set notice_key = 'as it was before' where notice_id = '{id}'");
        await notifier.DeliverAsync(Events.Canceled(job), id);
        await SentinelAsync(notifier);
        Assert.Single(_bench.Mail.Received, mail => About(job)(mail));
    }

    [Fact]
    public async Task Job_that_fails_again_is_told_again()
    {
        var job = Guid.NewGuid();
        await using var notifier = await _bench.RunAsync();
        foreach (var minute in (int[])[0, 0, 1]) await notifier.DeliverAsync(Events.Failed(job, minute: minute));
        await SentinelAsync(notifier);
        Assert.Equal(2, _bench.Mail.Received.Where(About(job)).Select(mail => mail.MessageId).Distinct().Count());
        Assert.Equal(2, _bench.Mail.Received.Count(About(job)));
    }

    [Fact]
    public async Task Several_notifiers_send_each_mail_once()
    {
        await using var one = await _bench.RunAsync();
        await using var other = await _bench.RunAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(no => (no % 2 == 0 ? one : other).DeliverAsync(Events.Canceled(Guid.NewGuid()))));
        await _bench.Mail.ReceivedAsync(_ => true, 20);
        await SentinelAsync(one);
        Assert.Equal(21, _bench.Mail.Received.Select(mail => mail.MessageId).Distinct().Count());
        Assert.Equal(21, _bench.Mail.Received.Count);
    }

    [Fact]
    public async Task Occasion_that_the_pipeline_does_not_ask_for_is_kept_by_nobody_and_answered_all_the_same()
    {
        var job = Guid.NewGuid();
        await using var notifier = await _bench.RunAsync();
        var failedOnly = Events.Mail with { On = [NotifyOccasion.Failed] };
        await notifier.DeliverAsync(Events.Canceled(job, failedOnly));
        await notifier.DeliverAsync(Events.Late(job, failedOnly));
        await notifier.DeliverAsync(Events.Unconfirmed(job, failedOnly));
        await notifier.DeliverAsync(Events.Canceled(job, new NotifyDefinition()));
        Assert.Equal(0, await _bench.State.ScalarAsync<long>("select count(*) from notifier.outbox"));
        await notifier.DeliverAsync(Events.Failed(job, failedOnly));
        await _bench.Mail.ReceivedAsync(About(job));
    }

    [Fact]
    public async Task Copy_for_subscribers_is_kept_by_nobody_and_does_not_stand_for_what_is_owed()
    {
        var (job, copy) = (Guid.NewGuid(), Guid.NewGuid());
        await using var notifier = await _bench.RunAsync();
        await notifier.SendAsync(Events.Failed(job) with { Notify = null }, copy);
        await notifier.DeliverAsync(Events.Failed(job));
        await SentinelAsync(notifier);
        Assert.Single(_bench.Mail.Received, mail => About(job)(mail));
        Assert.False(notifier.IsAnswered(copy));
    }

    async Task SentinelAsync(NotifierHost notifier)
    {
        var last = Guid.NewGuid();
        await notifier.DeliverAsync(Events.Canceled(last));
        await _bench.Mail.ReceivedAsync(About(last));
    }

    static Func<ReceivedMail, bool> About(Guid job) => mail => mail.Text.Contains($"{job}", StringComparison.Ordinal);
}
