using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>Interceptors in order: the first is outermost.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    public void Add<TInterceptor>(params object[] args)
        where TInterceptor : Interceptor =>
        Add(typeof(TInterceptor), args);

    public void Add(Type interceptorType, params object[] args) =>
        Add(interceptorType.IsAssignableTo(typeof(Interceptor))
            ? new InterceptorRegistration(interceptorType, args)
            : throw new ArgumentException($"{interceptorType} is no {nameof(Interceptor)}.", nameof(interceptorType)));
}
