using Headgate.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Headgate.Rpc.Server.Calls;

/// <summary>Refuses by HTTP what is no gRPC call.</summary>
static class RequestCheck
{
    public static bool Refuses(HttpContext http)
    {
        if (!ProtocolHeaders.IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            http.Response.Headers["Accept-Post"] = ProtocolHeaders.ContentType;
            return true;
        }

        if (HttpProtocol.IsHttp2(http.Request.Protocol) || HttpProtocol.IsHttp3(http.Request.Protocol)) return false;
        // Without trailers there is no place for the status.
        http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        http.Response.Headers.Upgrade = HttpProtocol.Http2;
        http.Response.Headers.Connection = "Upgrade";
        return true;
    }
}
