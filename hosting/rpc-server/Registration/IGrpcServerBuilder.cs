using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>For extensions that configure the server further.</summary>
public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}
