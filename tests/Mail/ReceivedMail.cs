using MimeKit;

namespace Headgate.Tests.Mail;

/// <summary>A mail that the server has received.</summary>
/// <param name="Message">Its content, as received.</param>
/// <param name="Recipients">Those of the envelope.</param>
/// <param name="IsEncrypted">Whether it came over TLS.</param>
/// <param name="User">Who had authenticated; null: nobody.</param>
public sealed record ReceivedMail(MimeMessage Message, IReadOnlyList<string> Recipients, bool IsEncrypted, string? User)
{
    public string MessageId => Message.MessageId ?? "";

    public string To => Message.To.ToString();

    public string Subject => Message.Subject ?? "";

    public string Text => Message.TextBody ?? "";

    public string Html => Message.HtmlBody ?? "";
}
