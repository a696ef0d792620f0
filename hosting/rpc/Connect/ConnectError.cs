using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RpcStatus = Google.Rpc.Status;

namespace Headgate.Rpc.Connect;

/// <summary>A status as Connect writes it.</summary>
static class ConnectError
{
    const int ClientClosedRequest = 499;

    /// <summary>Sends a status as the answer of a unary call.</summary>
    public static Task WriteAsync(HttpResponse response, Status status, JsonCodec? json, RpcStatus? details, int? httpStatus = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(Json(status, json, details));
        response.StatusCode = httpStatus ?? HttpStatusOf(status.StatusCode);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    public static JsonObject Json(Status status, JsonCodec? json, RpcStatus? details)
    {
        var error = new JsonObject { ["code"] = NameOf(status.StatusCode) };
        if (status.Detail.Length > 0) error["message"] = status.Detail;
        if (details is { Details.Count: > 0 }) error["details"] = new JsonArray([.. details.Details.Select(detail => Json(detail, json))]);
        return error;
    }

    static JsonObject Json(Any detail, JsonCodec? json)
    {
        var written = new JsonObject
        {
            ["type"] = detail.TypeUrl[(detail.TypeUrl.LastIndexOf('/') + 1)..],
            ["value"] = Convert.ToBase64String(detail.Value.Span).TrimEnd('='),
        };
        // For people: programs read the value.
        if (json?.Debug(detail) is { } debug) written["debug"] = debug;
        return written;
    }

    static string NameOf(StatusCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code switch
    {
        StatusCode.Cancelled => "Canceled",
        _ when System.Enum.IsDefined(code) => code.ToString(),
        _ => nameof(StatusCode.Unknown),
    });

    static int HttpStatusOf(StatusCode code) => code switch
    {
        StatusCode.Cancelled => ClientClosedRequest,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status500InternalServerError,
    };
}
