namespace Headgate.Notifier.Configuration;

/// <summary>Settings of the notifier, in HEADGATE_NOTIFIER__NAME environment variables.</summary>
public sealed class NotifierOptions
{
    /// <summary>The mail server: HEADGATE_NOTIFIER__SMTP__NAME.</summary>
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>Calls to webhooks: HEADGATE_NOTIFIER__WEBHOOK__NAME.</summary>
    public WebhookOptions Webhook { get; set; } = new();

    /// <summary>Wait before the second try; each further one is twice as long, give or take a quarter. Default 10 s.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait between two tries. Default 15 min.</summary>
    public TimeSpan RetryAtMost { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Age at which what could not be sent is given up, and kept as such. Default 3 days.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);
}
