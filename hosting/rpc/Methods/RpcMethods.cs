using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Rpc.Methods;

/// <summary>The methods that are served, by their paths.</summary>
public sealed class RpcMethods
{
    readonly Lazy<Dictionary<string, RpcMethod>> methods;
    readonly Lazy<HashSet<string>> services;

    // Looked at when the first call or check comes: services are mapped after this was made.
    public RpcMethods(EndpointDataSource endpoints)
    {
        methods = new(() => endpoints.Endpoints.Select(Of).OfType<RpcMethod>().ToDictionary(method => method.Method.FullName, StringComparer.Ordinal));
        services = new(() => methods.Value.Values.Select(method => method.Method.ServiceName).ToHashSet(StringComparer.Ordinal));
    }

    public IReadOnlyCollection<RpcMethod> All => methods.Value.Values;

    /// <summary>By its path: <c>/package.Service/Method</c>.</summary>
    public bool TryFind(string? path, [NotNullWhen(true)] out RpcMethod? method) => methods.Value.TryGetValue(path ?? "", out method);

    /// <summary>Whether the path is one of a service that is served, whatever its method.</summary>
    public bool IsOfService(string? path) => path?.Split('/') is ["", var service, _] && services.Value.Contains(service);

    /// <summary>How the proto defines a method that is mapped; null: no proto does.</summary>
    public static MethodDescriptor? DescriptorOf(GrpcMethodMetadata mapped)
    {
        var generated = mapped.ServiceType.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType;
        var service = generated?.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
        return service?.FindMethodByName(mapped.Method.Name);
    }

    static RpcMethod? Of(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } mapped && DescriptorOf(mapped) is { } descriptor
            ? new RpcMethod { Method = mapped.Method, Descriptor = descriptor }
            : null;
}
