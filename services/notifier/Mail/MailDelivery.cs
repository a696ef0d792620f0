using Headgate.Notifier.Configuration;
using Headgate.Notifier.Outbox;
using Headgate.Notifier.Sending;
using Headgate.PipelineFiles;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Headgate.Notifier.Mail;

/// <summary>Hands mails to an SMTP server, over one connection for as long as some are due.</summary>
sealed class MailDelivery(IOptions<NotifierOptions> options, TimeProvider time) : IDelivery
{
    // As long as a client of SMTP is to wait for the answer to a mail's content.
    static readonly TimeSpan AnswerPatience = TimeSpan.FromMinutes(10);

    readonly SmtpOptions _smtp = options.Value.Smtp;
    readonly ServerCertificate _certificate = new(options.Value.Smtp.CaFile);
    SmtpClient? _client;

    public Channel Channel => Channel.Mail;

    public string? Missing => _smtp.Host is null ? "HEADGATE_NOTIFIER__SMTP__HOST" : null;

    public async Task<DeliveryOutcome> DeliverAsync(OutboxRow row, CancellationToken stop)
    {
        try
        {
            await ConnectAsync(stop);
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            await DropAsync();
            return DeliveryOutcome.Away(Describe(error));
        }

        return await SendAsync(row);
    }

    public async Task RestAsync()
    {
        if (_client is not { IsConnected: true } client) return;
        try
        {
            using var limit = new CancellationTokenSource(_smtp.Timeout);
            await client.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception error) when (error is IOException or ProtocolException or OperationCanceledException)
        {
            // Nothing was under way: a farewell that is not heard costs nothing.
            await DropAsync();
        }
    }

    public async ValueTask DisposeAsync() => await DropAsync();

    async Task ConnectAsync(CancellationToken stop)
    {
        if (_client is { IsConnected: true, IsAuthenticated: var isKnown } && (isKnown || _smtp.User is null)) return;
        await DropAsync();
        using var limit = new CancellationTokenSource(_smtp.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        var client = _client = new SmtpClient { Timeout = (int)_smtp.Timeout.TotalMilliseconds };
        // Lists of revoked certificates are often out of reach of a mail relay's clients, and a mail that is not sent helps nobody.
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => _certificate.IsGood(certificate, chain, errors);
        await client.ConnectAsync(_smtp.Host!, _smtp.PortInUse, Protection(), either.Token);
        if (_smtp.User is { } user) await client.AuthenticateAsync(user, ConnectionReference.Resolve(_smtp.Password!), either.Token);
    }

    // Not to be interrupted by a stop: nobody would know whether the server has taken it.
    async Task<DeliveryOutcome> SendAsync(OutboxRow row)
    {
        try
        {
            using var mail = MailText.Compose(row, MailboxAddress.Parse(_smtp.From!), time.GetUtcNow());
            // A server may take its time over a mail's content, and what it has taken without an answer is sent again.
            using var limit = new CancellationTokenSource(AnswerPatience);
            _client!.Timeout = (int)AnswerPatience.TotalMilliseconds;
            await _client.SendAsync(mail, limit.Token);
            return DeliveryOutcome.Accepted;
        }
        catch (SmtpCommandException refused)
        {
            return Judge(refused);
        }
        catch (Exception error)
        {
            // The connection is lost in the midst of it: the next try has the same Message-ID.
            await DropAsync();
            return DeliveryOutcome.Later(Describe(error));
        }
    }

    static DeliveryOutcome Judge(SmtpCommandException refused)
    {
        var error = Describe(refused);
        var isOfThisMail = refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;
        return (int)refused.StatusCode >= 500 && isOfThisMail ? DeliveryOutcome.Refused(error) : DeliveryOutcome.Later(error);
    }

    static string Describe(Exception error) => error switch
    {
        SmtpCommandException refused => $"{(int)refused.StatusCode} {refused.Message}",
        OperationCanceledException => "The mail server did not answer in time.",
        _ => $"{error.GetType().Name}: {error.Message}",
    };

    SecureSocketOptions Protection() => _smtp.Security switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    Task DropAsync()
    {
        _client?.Dispose();
        _client = null;
        return Task.CompletedTask;
    }
}
