using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>Stands in the place of every service: answers with nothing in it, and keeps which calls came so far.</summary>
sealed class ReachedCalls : Interceptor
{
    public const string Header = "call-id";

    readonly ConcurrentDictionary<string, string> _methods = new(StringComparer.Ordinal);

    public bool Has(string callId) => _methods.ContainsKey(callId);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Keep(context);
        return Task.FromResult(Activator.CreateInstance<TResponse>());
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Keep(context);
        return Task.CompletedTask;
    }

    void Keep(ServerCallContext context) => _methods[context.RequestHeaders.GetValue(Header)!] = context.Method;
}
