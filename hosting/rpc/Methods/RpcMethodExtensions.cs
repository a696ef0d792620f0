using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Rpc.Methods;

/// <summary>For interceptors.</summary>
public static class RpcMethodExtensions
{
    /// <summary>The method being called as the proto defines it, with its options. Needs <see cref="RpcRegistration.AddRpc"/>.</summary>
    public static MethodDescriptor GetMethodDescriptor(this ServerCallContext context) =>
        context.GetHttpContext().RequestServices.GetRequiredService<RpcMethods>().TryFind(context.Method, out var method)
            ? method.Descriptor
            : throw new InvalidOperationException($"{context.Method} is not served, or not defined by a proto.");
}
