using Headgate.Contracts.Pipelines;
using Headgate.Notifier.Tests.Running;

namespace Headgate.Notifier.Tests.Mail;

/// <summary>What a mail says.</summary>
public sealed class ContentTests(ContentTests.Fixture fixture) : IClassFixture<ContentTests.Fixture>
{
    public sealed class Fixture : IAsyncLifetime
    {
        internal NotifierBench Bench { get; private set; } = null!;

        internal NotifierHost Notifier { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Bench = await NotifierBench.StartAsync();
            Notifier = await Bench.RunAsync();
        }

        public async Task DisposeAsync()
        {
            await Notifier.DisposeAsync();
            await Bench.DisposeAsync();
        }
    }

    [Fact]
    public async Task Mail_of_an_extraction_cancel_says_what_who_why_how_much_and_what_next_in_both_parts()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Canceled(job));

        Assert.Equal("[Headgate] sales/crm: canceled before launch", mail.Subject);
        Assert.Equal(["ops@example.com"], mail.Recipients);
        Assert.Equal(("ops@example.com", "\"Headgate\" <headgate@example.com>"), (mail.To, mail.Message.From.ToString()));
        Assert.Equal("auto-generated", mail.Message.Headers["Auto-Submitted"]);
        Assert.NotEqual(default, mail.Message.Date);
        foreach (var part in (string[])[mail.Text, mail.Html])
        {
            foreach (var said in (string[])
            [
                "no record of it has reached the destination", "sales/crm", $"{job}", "never launched", "2026-03-01 16:51:00 UTC", "ann", "wrong mapping",
                "80,000 extracted, 0 written", "headgate sync sales/crm", $"headgate watch {job}",
            ])
                Assert.Contains(said, part, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Mail_of_a_guard_says_what_it_saw_what_it_did_which_cancel_fits_and_how_to_let_it_pass()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Tripped(job));

        Assert.Equal("[Headgate] sales/crm: guard canary.nullShare (hold)", mail.Subject);
        foreach (var said in (string[])
        [
            "90 % of the values of email in a sample of public.contacts would become null.", "nothing was written", "force: Every further write destroys something.",
            $"headgate resume {job} --pass-guards", $"headgate cancel {job}",
        ])
            Assert.Contains(said, mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_a_guard_says_what_becomes_of_the_job_where_another_one_is_stricter_and_an_attempt_before_it_was_launched()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Tripped(job, GuardAction.Notify, requestId: Guid.NewGuid(), jobAction: GuardAction.Hold, state: "Initializing"));

        Assert.Contains("The job is held before launch: nothing of this attempt was written.", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"headgate resume {job} --pass-guards", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("The job goes on.", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_a_failure_says_the_error_and_how_to_go_on()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Failed(job));

        Assert.Equal("[Headgate] sales/crm: failed", mail.Subject);
        Assert.Contains("the server's disk is full", mail.Text, StringComparison.Ordinal);
        Assert.Contains("00000000-0000-0000-0000-000000000042", mail.Text, StringComparison.Ordinal);
        Assert.Contains("8,400 written (8,400 inserted", mail.Text, StringComparison.Ordinal);
        Assert.Contains($"headgate resume {job}", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Pausing", false, "cancel --force", "[Headgate] sales/crm: Pausing for too long")]
    [InlineData("Canceling", true, "goes on by force", "[Headgate] sales/crm: Canceling for too long")]
    public async Task Mail_of_a_deadline_says_what_is_waited_for_and_offers_force_or_says_that_it_goes_on_so(
        string state, bool escalated, string said, string subject)
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Late(job, escalated: escalated, state: state));

        Assert.Equal(subject, mail.Subject);
        Assert.Contains("a batch of object public.contacts", mail.Text, StringComparison.Ordinal);
        Assert.Contains(said, mail.Text, StringComparison.Ordinal);
        Assert.Equal(!escalated, mail.Text.Contains("--force", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Canceling", true)]
    [InlineData("Pausing", false)]
    public async Task Mail_of_a_stop_that_is_late_by_force_says_what_is_left_and_offers_no_force(string state, bool canBeAbandoned)
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Late(job, state: state, force: true));

        foreach (var part in (string[])[mail.Text, mail.Html])
        {
            Assert.Contains("by force already", part, StringComparison.Ordinal);
            Assert.Contains("docs/stopping.md", part, StringComparison.Ordinal);
            Assert.DoesNotContain("--force", part, StringComparison.Ordinal);
            Assert.Equal(canBeAbandoned, part.Contains($"headgate abandon {job}", StringComparison.Ordinal));
            Assert.Equal(canBeAbandoned, part.Contains("ADMIN", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Canceling", "abandon")]
    [InlineData("Pausing", "cancel --force")]
    public async Task Mail_of_a_stop_that_cannot_be_confirmed_says_that_it_is_tried_on_and_what_its_state_allows(string state, string offered)
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Unconfirmed(job) with { State = state });

        Assert.Equal("[Headgate] sales/crm: stop unconfirmed", mail.Subject);
        Assert.Contains("It is tried on", mail.Text, StringComparison.Ordinal);
        Assert.Equal(offered == "abandon", mail.Text.Contains($"headgate abandon {job}", StringComparison.Ordinal));
        Assert.Contains($"headgate {offered} {job}", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_of_a_cancel_whose_reason_comes_later_says_where_it_is()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Canceled(job, reason: null));
        Assert.Contains($"not said yet; what is said afterwards: headgate jobs show {job}", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_people_write_becomes_neither_a_header_nor_markup()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Canceled(
            job, reason: "</td><script>alert(1)</script>\r\n.\r\nBcc: all@example.com\r\n", actor: "ann\r\nBcc: all@example.com\r\n\r\n<b>"));

        Assert.Empty(mail.Message.Bcc);
        Assert.Equal(["ops@example.com"], mail.Recipients);
        Assert.DoesNotContain("<script", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("Why:         </td><script>alert(1)</script>  .  Bcc: all@example.com", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reason_of_a_hundred_pages_is_cut()
    {
        var job = Guid.NewGuid();
        var mail = await MailAsync(job, Events.Canceled(job, reason: string.Concat(Enumerable.Repeat("x\U0001F6D1", 100_000))));

        Assert.True(mail.Text.Length < 4000);
        Assert.Contains("x ...", mail.Text, StringComparison.Ordinal);
    }

    async Task<Headgate.Tests.Mail.ReceivedMail> MailAsync(Guid job, object notice)
    {
        await fixture.Notifier.DeliverAsync(notice);
        return (await fixture.Bench.Mail.ReceivedAsync(mail => mail.Text.Contains($"{job}", StringComparison.Ordinal)))[0];
    }
}
