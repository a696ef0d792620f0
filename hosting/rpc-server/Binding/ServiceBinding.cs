using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Headgate.Rpc.Server.Binding;

/// <summary>What the generator left behind for binding a service.</summary>
sealed class ServiceBinding(Type generated, MethodInfo bind)
{
    /// <summary>Null if the service was not generated from protobuf.</summary>
    public ServiceDescriptor? Descriptor =>
        generated.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;

    public static ServiceBinding Of(Type service)
    {
        for (var type = service; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute) continue;
            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static, [typeof(ServiceBinderBase), type]);
            return new ServiceBinding(
                attribute.BindType, bind ?? throw new InvalidOperationException($"{attribute.BindType} has no {attribute.BindMethodName}."));
        }

        throw new InvalidOperationException($"{service} does not derive from the generated base of a gRPC service.");
    }

    public void Bind(ServiceBinderBase binder) => bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
}
