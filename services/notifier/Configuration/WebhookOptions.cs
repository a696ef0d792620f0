namespace Headgate.Notifier.Configuration;

/// <summary>Calls to webhooks, in HEADGATE_NOTIFIER__WEBHOOK__NAME environment variables.</summary>
public sealed class WebhookOptions
{
    /// <summary>Where the secret is that bodies are signed with, env:NAME or file:PATH. Default none: without a signature.</summary>
    public string? Secret { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>How long one call may take. Default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
