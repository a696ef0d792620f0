using Headgate.Tests.Installations;
using Headgate.Tests.Mail;
using Headgate.Tests.Servers;

namespace Headgate.Crashes.Tests.Stops;

/// <summary>A real mail server, and what shows that nothing is on its way to it.</summary>
sealed class StopMailbox(TestDatabase state, MailServer mail) : IMailbox
{
    public async Task SettledAsync(Guid job)
    {
        await Installation.EventuallyAsync(
            async () => await state.ScalarAsync<long>(
                $"""
                 select (select count(*) from coordinator.obligation
                         where job_id = '{job}' and (done_at is null or awaits_answer and answered_at is null))
                      + (select count(*) from notifier.outbox where job_id = '{job}' and state = 'Waiting')
                 """) == 0,
            () => Task.FromResult($"somebody is still to be told of {job}"));
        // The server has said of each that it has it; we read what it says a moment later.
        var sent = await state.ScalarAsync<long>($"select count(*) from notifier.outbox where job_id = '{job}' and state = 'Sent'");
        if (sent > 0) await mail.ReceivedAsync(received => IsAbout(job, received), (int)sent);
    }

    public Task<int> ReceivedAsync(Guid job) => Task.FromResult(mail.Received.Count(received => IsAbout(job, received)));

    static bool IsAbout(Guid job, ReceivedMail received) => received.Text.Contains($"{job}", StringComparison.Ordinal);
}
