using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Headgate.Notifier.Configuration;
using Headgate.Notifier.Outbox;
using Headgate.Notifier.Sending;
using Headgate.PipelineFiles;
using Microsoft.Extensions.Options;

namespace Headgate.Notifier.Webhooks;

/// <summary>
/// Calls webhooks. Their URLs are secrets: whoever knows one can call it. They are found where the pipeline's reference leads, for each
/// call anew, and stand in no message, table, log line or error.
/// </summary>
sealed class WebhookDelivery(IOptions<NotifierOptions> options) : IDelivery
{
    readonly WebhookOptions _webhook = options.Value.Webhook;

    // Whoever is told is whom the reference names, and nobody whom that one names.
    readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = options.Value.Webhook.Timeout,
    };

    public Channel Channel => Channel.Webhook;

    public string? Missing => null;

    public async Task<DeliveryOutcome> DeliverAsync(OutboxRow row, CancellationToken stop)
    {
        try
        {
            if (ConnectionReference.IsOwn(row.Target)) return DeliveryOutcome.Refused($"{row.Target} is a setting of Headgate itself.");
            if (!Uri.TryCreate(ConnectionReference.Resolve(row.Target), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                return DeliveryOutcome.Later($"{row.Target} holds no http or https URL.");
            using var request = Request(row, url);
            // Not to be interrupted by a stop: nobody would know whether it was heard. Of the answer the status is enough.
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
            return Judge(response.StatusCode);
        }
        catch (ConnectionReferenceException missing)
        {
            return DeliveryOutcome.Later(missing.Message);
        }
        catch (HttpRequestException failed)
        {
            // Its own message names the host.
            return DeliveryOutcome.Later($"The webhook could not be called: {(failed.InnerException as SocketException)?.SocketErrorCode.ToString() ?? failed.HttpRequestError.ToString()}.");
        }
        catch (OperationCanceledException)
        {
            return DeliveryOutcome.Later("The webhook did not answer in time.");
        }
    }

    public Task RestAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    HttpRequestMessage Request(OutboxRow row, Uri url)
    {
        var body = WebhookBody.Of(row.Notice);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.Add("Idempotency-Key", row.Notice.Id.ToString());
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Headgate", null));
        if (_webhook.Secret is { } secret)
        {
            var key = Encoding.UTF8.GetBytes(ConnectionReference.Resolve(secret));
            request.Headers.Add("Headgate-Signature", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(key, body))}");
        }

        return request;
    }

    static DeliveryOutcome Judge(HttpStatusCode status)
    {
        var error = $"The webhook answered {(int)status}.";
        return (int)status switch
        {
            >= 200 and < 300 => DeliveryOutcome.Accepted,
            408 or 429 => DeliveryOutcome.Later(error),
            >= 400 and < 500 => DeliveryOutcome.Refused(error),
            _ => DeliveryOutcome.Later(error),
        };
    }
}
