using Headgate.Tests.Installations;
using Headgate.Tests.Mail;
using Headgate.Tests.Servers;

namespace Headgate.Notifier.Tests.Running;

/// <summary>A state database, a mail server, and notifiers that use them.</summary>
sealed class NotifierBench : IAsyncDisposable
{
    NotifierBench(TestDatabase state, MailServer mail)
    {
        State = state;
        Mail = mail;
    }

    public TestDatabase State { get; }

    public MailServer Mail { get; }

    public static async Task<NotifierBench> StartAsync(MailProtection protection = MailProtection.StartTls) =>
        new(await TestDatabase.CreateAsync("notifier"), await MailServer.StartAsync(protection));

    /// <summary>A notifier that sends by the server and tries again at once.</summary>
    public Task<NotifierHost> RunAsync(params (string Name, string? Value)[] settings) => RunAsync(Mail.Settings, settings);

    /// <summary>A notifier that knows no mail server.</summary>
    public Task<NotifierHost> RunMutelyAsync() => RunAsync(new Dictionary<string, string>(), []);

    /// <summary>Waits until a row of the job is as it should be.</summary>
    public Task RowAsync(Guid job, string condition) => Installation.EventuallyAsync(
        async () => await State.ScalarAsync<long>($"select count(*) from notifier.outbox where job_id = '{job}' and ({condition})") > 0,
        async () => await State.ScalarAsync<string>($"select string_agg(o::text, E'\n') from notifier.outbox o where job_id = '{job}'") ?? "no row");

    public async ValueTask DisposeAsync()
    {
        await Mail.DisposeAsync();
        await State.DisposeAsync();
    }

    Task<NotifierHost> RunAsync(IReadOnlyDictionary<string, string> server, (string Name, string? Value)[] settings)
    {
        var all = new Dictionary<string, string>(server) { ["HEADGATE_NOTIFIER__RETRYAFTER"] = "00:00:00.05" };
        foreach (var (name, value) in settings)
        {
            if (value is null) all.Remove($"HEADGATE_NOTIFIER__{name}");
            else all[$"HEADGATE_NOTIFIER__{name}"] = value;
        }

        return NotifierHost.StartAsync(State, all);
    }
}
