using System.Net;
using Headgate.PipelineFiles;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Headgate.Notifier.Configuration;

/// <summary>Refuses settings that cannot work, or that would send a secret in cleartext, before anything starts.</summary>
sealed class NotifierOptionsCheck : IValidateOptions<NotifierOptions>
{
    const string Prefix = "HEADGATE_NOTIFIER__";
    static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, NotifierOptions options)
    {
        List<string> problems = [.. Spans(options), .. References(options), .. Smtp(options.Smtp)];
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(problem => Prefix + problem));
    }

    static IEnumerable<string> Spans(NotifierOptions options)
    {
        (string Name, TimeSpan Value, TimeSpan Most)[] spans =
        [
            ("RETRYAFTER", options.RetryAfter, LongestWait), ("RETRYATMOST", options.RetryAtMost, LongestWait),
            ("GIVEUPAFTER", options.GiveUpAfter, LongestWait), ("SMTP__TIMEOUT", options.Smtp.Timeout, LongestTimeout),
            ("WEBHOOK__TIMEOUT", options.Webhook.Timeout, LongestTimeout),
        ];
        return spans.Where(span => span.Value <= TimeSpan.Zero || span.Value > span.Most)
            .Select(span => $"{span.Name} must be a time span as hh:mm:ss, above zero and at most {span.Most:c}.");
    }

    static IEnumerable<string> References(NotifierOptions options)
    {
        (string Name, string? Value)[] references = [("SMTP__PASSWORD", options.Smtp.Password), ("WEBHOOK__SECRET", options.Webhook.Secret)];
        return references.Where(reference => reference.Value is { } value && !ConnectionReference.IsReference(value))
            .Select(reference => $"{reference.Name} must be a reference, env:NAME or file:PATH, and never the secret itself.");
    }

    // A name without a place is an address on the machine itself, for a parser.
    static bool IsAddress(string text) => MailboxAddress.TryParse(text, out var mailbox) && mailbox.Domain is { Length: > 0 };

    static IEnumerable<string> Smtp(SmtpOptions smtp)
    {
        if (smtp.Port is < 1 or > 65535) yield return "SMTP__PORT must be a number from 1 to 65535.";
        if (smtp.CaFile is { } file && !File.Exists(file)) yield return $"SMTP__CAFILE: {file} does not exist.";
        if (smtp.Password is not null && smtp.User is null) yield return "SMTP__USER must be set where SMTP__PASSWORD is.";
        if (smtp.User is not null && smtp.Password is null) yield return "SMTP__PASSWORD must be set where SMTP__USER is.";
        if (smtp.From is { } from && !IsAddress(from)) yield return "SMTP__FROM must be an address, or Name <address>.";
        if (smtp.Host is not { } host) yield break;
        if (smtp.From is null) yield return "SMTP__FROM must be set where SMTP__HOST is: the sender's address.";
        if (smtp.Security != SmtpSecurity.None || IsHere(host)) yield break;
        if (!smtp.AllowCleartext)
            yield return "SMTP__SECURITY may be None to this machine alone, unless SMTP__ALLOWCLEARTEXT is true.";
        else if (smtp.User is not null)
            yield return "SMTP__USER: a password is not sent in cleartext to another machine; SMTP__SECURITY must be StartTls or Tls.";
    }

    static bool IsHere(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
