using Headgate.Notifier.Tests.Running;
using Headgate.Tests.Mail;

namespace Headgate.Notifier.Tests.Mail;

/// <summary>Nothing is said to a server that is not the right one, or in cleartext.</summary>
public sealed class ProtectionTests
{
    readonly Guid _job = Guid.NewGuid();

    [Theory]
    [InlineData(MailProtection.StartTls)]
    [InlineData(MailProtection.Tls)]
    [InlineData(MailProtection.None)]
    public async Task Mail_goes_the_way_that_is_set(MailProtection protection)
    {
        await using var bench = await NotifierBench.StartAsync(protection);
        await using var notifier = await bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        var mail = Assert.Single(await bench.Mail.ReceivedAsync(_ => true));
        var isProtected = protection != MailProtection.None;
        Assert.Equal((isProtected, isProtected ? bench.Mail.User : null), (mail.IsEncrypted, mail.User));
    }

    [Theory]
    [InlineData("SMTP__CAFILE", null, "SslHandshakeException")]
    [InlineData("SMTP__HOST", "127.0.0.2", "SocketException")]
    public async Task Server_that_is_not_the_trusted_one_gets_nothing(string setting, string? value, string error)
    {
        await using var bench = await NotifierBench.StartAsync();
        await using var notifier = await bench.RunAsync((setting, value));
        await notifier.DeliverAsync(Events.Canceled(_job));
        await bench.RowAsync(_job, $"state = 'Waiting' and starts_with(last_error, '{error}')");
        Assert.Empty(bench.Mail.Received);
    }

    [Fact]
    public async Task Server_that_offers_no_tls_gets_nothing()
    {
        await using var bench = await NotifierBench.StartAsync(MailProtection.None);
        await using var notifier = await bench.RunAsync(("SMTP__SECURITY", null));
        await notifier.DeliverAsync(Events.Canceled(_job));
        await bench.RowAsync(_job, "state = 'Waiting' and last_error like '%STARTTLS%'");
        Assert.Empty(bench.Mail.Received);
    }

    [Fact]
    public async Task Password_that_is_wrong_or_cannot_be_had_is_said_and_never_shown()
    {
        await using var bench = await NotifierBench.StartAsync();
        var right = await File.ReadAllTextAsync(bench.Mail.PasswordFile);
        await File.WriteAllTextAsync(bench.Mail.PasswordFile, "w7ong-secret");
        await using var notifier = await bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job));
        await bench.RowAsync(_job, "last_error like '%535%'");
        File.Delete(bench.Mail.PasswordFile);
        await bench.RowAsync(_job, $"last_error like '%file:{bench.Mail.PasswordFile}: the file does not exist%'");
        await File.WriteAllTextAsync(bench.Mail.PasswordFile, right);
        await bench.RowAsync(_job, "state = 'Sent'");
        Assert.DoesNotContain("w7ong-secret", notifier.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Mail.Password, notifier.Log, StringComparison.Ordinal);
    }
}
