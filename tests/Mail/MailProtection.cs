namespace Headgate.Tests.Mail;

/// <summary>How the server wants to be spoken to.</summary>
public enum MailProtection
{
    StartTls,
    Tls,
    None,
}
