namespace Headgate.Notifier.Configuration;

/// <summary>The mail server, in HEADGATE_NOTIFIER__SMTP__NAME environment variables.</summary>
public sealed class SmtpOptions
{
    /// <summary>Name or address of the server. Default none: mails are kept, and sent once there is one.</summary>
    public string? Host { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>Its port. Default: 587 with StartTls, 465 with Tls, 25 with None.</summary>
    public int? Port { get; set; }

    /// <summary>How the connection is protected. Default StartTls.</summary>
    public SmtpSecurity Security { get; set; }

    /// <summary>Whether Security may be None to a server on another machine. Default false.</summary>
    public bool AllowCleartext { get; set; }

    /// <summary>The user to authenticate as. Default none: without authentication.</summary>
    public string? User { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>Where the user's password is, env:NAME or file:PATH; read anew for each connection.</summary>
    public string? Password { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>File of certificates (PEM) of the authorities that are trusted for this server. Default: those of the machine.</summary>
    public string? CaFile { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>The sender, as an address or as Name &lt;address&gt;. Needed where there is a Host.</summary>
    public string? From { get; set => field = value is { Length: > 0 } ? value : null; }

    /// <summary>How long connecting, and sending one mail, may take. Default 30 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The port that holds.</summary>
    public int PortInUse => Port ?? Security switch { SmtpSecurity.Tls => 465, SmtpSecurity.None => 25, _ => 587 };
}
