namespace Headgate.Tests.Mail;

/// <summary>What the server does with a mail.</summary>
public enum MailOrder
{
    Accept,

    /// <summary>451 after its content.</summary>
    Later,

    /// <summary>554 after its content.</summary>
    Refuse,

    /// <summary>550 to its recipient.</summary>
    RefuseRecipient,

    /// <summary>The mail is received, and the connection cut instead of a 250.</summary>
    LoseAnswer,

    /// <summary>Received and answered once <see cref="MailServer.ReleaseAsync"/> is called.</summary>
    Hold,
}
