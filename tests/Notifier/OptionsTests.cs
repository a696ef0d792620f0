using Headgate.Notifier.Tests.Running;
using Headgate.Tests.Servers;
using Microsoft.Extensions.Options;

namespace Headgate.Notifier.Tests;

/// <summary>Settings that cannot work, or would give a secret away, are refused at the start, by their name.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("SMTP__HOST=mail.example.com", "SMTP__FROM must be set")]
    [InlineData("SMTP__HOST=mail.example.com;SMTP__FROM=ops", "SMTP__FROM must be an address")]
    [InlineData("SMTP__PORT=70000", "SMTP__PORT must be a number from 1 to 65535")]
    [InlineData("SMTP__USER=ops", "SMTP__PASSWORD must be set")]
    [InlineData("SMTP__USER=ops;SMTP__PASSWORD=hunter2", "SMTP__PASSWORD must be a reference")]
    [InlineData("SMTP__PASSWORD=env:P", "SMTP__USER must be set")]
    [InlineData("SMTP__CAFILE=/nowhere/ca.pem", "SMTP__CAFILE: /nowhere/ca.pem does not exist")]
    [InlineData("SMTP__HOST=mail.example.com;SMTP__FROM=a@b.c;SMTP__SECURITY=None", "SMTP__SECURITY may be None to this machine alone")]
    [InlineData("SMTP__HOST=m.example.com;SMTP__FROM=a@b.c;SMTP__SECURITY=None;SMTP__ALLOWCLEARTEXT=true;SMTP__USER=u;SMTP__PASSWORD=env:P", "is not sent in cleartext")]
    [InlineData("WEBHOOK__SECRET=hunter2", "WEBHOOK__SECRET must be a reference")]
    [InlineData("WEBHOOK__TIMEOUT=00:00:00", "WEBHOOK__TIMEOUT must be a time span")]
    [InlineData("GIVEUPAFTER=90.00:00:00", "GIVEUPAFTER must be a time span")]
    public async Task Bad_setting_is_refused_by_its_name(string settings, string problem)
    {
        await using var state = await TestDatabase.CreateAsync("notifier");
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => NotifierHost.StartAsync(
            state,
            settings.Split(';').Select(setting => setting.Split('=')).Select(pair => KeyValuePair.Create($"HEADGATE_NOTIFIER__{pair[0]}", pair[1]))));
        Assert.Contains("HEADGATE_NOTIFIER__", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }
}
