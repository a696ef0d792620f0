using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Headgate.Rpc.Wire;

namespace Headgate.Rpc.Client;

/// <summary>Reads status and metadata out of a response.</summary>
static class MetadataOf
{
    public static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    public static Metadata Read(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            try
            {
                MetadataHeaders.Read(metadata, name, values);
            }
            catch (Exception error) when (error is FormatException or ArgumentException)
            {
                // What a server adds in its own way does not take the answer away.
            }
        }

        return metadata;
    }

    public static Status Status(HttpHeaders headers)
    {
        var message = StatusMessage.Decode(First(headers, ProtocolHeaders.Message) ?? "");
        return First(headers, ProtocolHeaders.Status) is not { } value ? new Status(StatusCode.Internal, "The response has no status.")
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= (int)StatusCode.Unauthenticated
                ? new Status((StatusCode)code, message)
                : new Status(StatusCode.Unknown, message);
    }

    /// <summary>The status of a response that has no messages: one of gRPC without a body, or none of gRPC. Else null.</summary>
    public static Status? Refusal(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(CodeOf(response.StatusCode), $"The server answered with HTTP status {(int)response.StatusCode}.");
        if (!ProtocolHeaders.IsGrpc(response.Content.Headers.ContentType?.ToString()))
            return new Status(StatusCode.Unknown, $"The server answered with {response.Content.Headers.ContentType}.");
        return First(response.Headers, ProtocolHeaders.Status) is null ? null : Status(response.Headers);
    }

    /// <summary>As gRPC maps what proxies and other servers answer.</summary>
    static StatusCode CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
            StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
