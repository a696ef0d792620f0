using Grpc.AspNetCore.Server;
using Grpc.Core;
using Headgate.Rpc.Methods;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Headgate.Rpc.Connect;

/// <summary>
/// Serves a call of the Connect protocol by making it one of gRPC, and gRPC's answer one of Connect. So both have the same handlers,
/// interceptors, deadlines and limits.
/// </summary>
sealed class ConnectCalls(RpcMethods methods, JsonCodec json, IEnumerable<ICallAdmission> admissions, IOptions<GrpcServiceOptions> options)
{
    public Task InvokeAsync(HttpContext http, RequestDelegate grpc)
    {
        var path = http.Request.Path.Value;
        var kind = ConnectContentType.Parse(http.Request.ContentType);
        if (!methods.TryFind(path, out var method))
            return kind is not null && methods.IsOfService(path) && HttpMethods.IsPost(http.Request.Method) ? NotThereAsync(http, kind.Value) : grpc(http);
        if (HttpMethods.IsGet(http.Request.Method) && method is { HasNoSideEffects: true, Method.Type: MethodType.Unary })
            return Unary(method).GetAsync(http, grpc);
        if (!HttpMethods.IsPost(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method)) return NotAllowedAsync(http);
        if (!HttpMethods.IsPost(http.Request.Method) || kind is null) return grpc(http);
        if (kind.Value.IsStream == (method.Method.Type == MethodType.Unary)) return WrongKindAsync(http, method);
        if (!kind.Value.IsStream) return Unary(method).PostAsync(http, kind.Value.IsJson, grpc);
        if (method.Method.Type != MethodType.DuplexStreaming || !HttpProtocol.IsHttp11(http.Request.Protocol))
            return new ConnectStream(method, kind.Value.IsJson, json, AdmitAsync, options.Value.MaxReceiveMessageSize).InvokeAsync(http, grpc);
        // HTTP/1.1 has no answers before the request's end.
        http.Response.StatusCode = StatusCodes.Status505HttpVersionNotsupported;
        return Task.CompletedTask;
    }

    static Task NotThereAsync(HttpContext http, ConnectContentType kind)
    {
        if (kind.IsStream)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return ConnectError.WriteAsync(
            http.Response, new Status(StatusCode.Unimplemented, $"There is no {http.Request.Path}."), null, null, StatusCodes.Status404NotFound);
    }

    static Task NotAllowedAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        http.Response.Headers.Allow = HttpMethods.Post;
        return Task.CompletedTask;
    }

    static Task WrongKindAsync(HttpContext http, RpcMethod method)
    {
        http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        http.Response.Headers["Accept-Post"] = method.Method.Type == MethodType.Unary
            ? "application/json, application/proto, application/grpc"
            : "application/connect+json, application/connect+proto, application/grpc";
        return Task.CompletedTask;
    }

    ConnectUnary Unary(RpcMethod method) => new(method, json, AdmitAsync, options.Value.MaxReceiveMessageSize);

    async Task AdmitAsync(HttpContext http, RpcMethod method)
    {
        foreach (var admission in admissions) await admission.AdmitAsync(http, method.Method.FullName);
    }
}
