using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>A type of interceptor, taken from the services of the call, or made for the call if it is not registered.</summary>
public class InterceptorRegistration
{
    readonly Lazy<ObjectFactory> factory;
    readonly object[] arguments;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        this.arguments = arguments;
        factory = new(() => ActivatorUtilities.CreateFactory(type, Array.ConvertAll(arguments, argument => argument.GetType())));
    }

    public Type Type { get; }

    public IReadOnlyList<object> Arguments => arguments;

    internal Interceptor Get(IServiceProvider services, out bool isOwned)
    {
        var registered = arguments.Length == 0 ? services.GetService(Type) : null;
        isOwned = registered is null;
        return (Interceptor)(registered ?? factory.Value(services, arguments));
    }
}
