using System.Net;
using System.Text;
using Headgate.Notifier.Notices;
using Headgate.Notifier.Outbox;
using MimeKit;

namespace Headgate.Notifier.Mail;

/// <summary>A notice as a mail, in plain text and in HTML.</summary>
static class MailText
{
    public static MimeMessage Compose(OutboxRow row, MailboxAddress from, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = NoticeText.Subject(row.Notice),
            Date = now,
            MessageId = row.MessageId,
            Body = new BodyBuilder { TextBody = Plain(row.Notice), HtmlBody = Html(row.Notice) }.ToMessageBody(),
        };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress("", row.Target));
        // No vacation reply to this one.
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        return mail;
    }

    static string Plain(Notice notice)
    {
        var text = new StringBuilder().AppendLine(NoticeText.Sentence(notice)).AppendLine();
        foreach (var (name, value) in NoticeText.Facts(notice)) text.AppendLine($"{name + ":",-13}{value}");
        text.AppendLine().AppendLine("Next:");
        foreach (var (command, effect) in NoticeText.Next(notice)) text.AppendLine($"  {command}").AppendLine($"      {effect}");
        return text.ToString();
    }

    static string Html(Notice notice)
    {
        var html = new StringBuilder($"<!DOCTYPE html><html><body style=\"font-family: sans-serif\"><p>{Escaped(NoticeText.Sentence(notice))}</p><table>");
        foreach (var (name, value) in NoticeText.Facts(notice))
            html.Append($"<tr><th style=\"text-align: left; vertical-align: top; padding-right: 1em\">{Escaped(name)}</th><td>{Escaped(value)}</td></tr>");
        html.Append("</table><p>Next:</p><dl>");
        foreach (var (command, effect) in NoticeText.Next(notice)) html.Append($"<dt><code>{Escaped(command)}</code></dt><dd>{Escaped(effect)}</dd>");
        return html.Append("</dl></body></html>").ToString();
    }

    // What people write is shown to people, never run.
    static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
