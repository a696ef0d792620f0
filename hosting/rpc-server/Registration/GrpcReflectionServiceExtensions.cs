using Headgate.Rpc.Server.Reflection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds gRPC's reflection. Named as in Grpc.AspNetCore.Server.Reflection.</summary>
public static class GrpcReflectionServiceExtensions
{
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services) => services.AddSingleton<ProtoFiles>();
}
