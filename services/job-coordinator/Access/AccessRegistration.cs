using Grpc.AspNetCore.Server;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Access.Streams;
using Headgate.JobCoordinator.Access.Subjects;
using Headgate.JobCoordinator.Access.Tokens;
using Headgate.JobCoordinator.Relaying;
using Headgate.Rpc.Connect;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Access;

/// <summary>Who may call what, for every gRPC service that is mapped.</summary>
public static class AccessRegistration
{
    /// <summary>
    /// Puts every gRPC call behind <see cref="AccessInterceptor"/>, commands into the audit trail, and <see cref="IdempotentCalls"/> at the
    /// services' disposal. A server with a method that does not say who may call it does not start.
    /// </summary>
    public static void AddCoordinatorAccess(this IHostApplicationBuilder builder)
    {
        builder.AddApiKeys();
        var services = builder.Services;
        services.AddOptions<AccessOptions>().Bind(builder.Configuration.GetSection("HEADGATE_ACCESS")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsCheck>();
        services.AddSingleton<KnownKeys>();
        services.AddSingleton<WrongKeys>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<TokenCallers>();
        services.AddSingleton<Authentication>();
        services.AddSingleton<MethodRules>();
        services.AddSingleton<IStartupFilter, MethodRulesFilter>();
        services.AddSingleton<SubjectProjects>();
        services.AddSingleton<StreamEnds>();
        services.TryAddSingleton<OpenStreams>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<CallRooms>();
        services.AddSingleton<IdempotentCalls>();
        services.AddSingleton<AccessCalls>();
        services.AddSingleton<AccessInterceptor>();
        services.AddSingleton<ICallAdmission, CallAdmission>();
        services.AddSingleton<AuditInterceptor>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUses>());
        services.AddHostedService<IdempotentCallPurge>();
        services.AddGrpc();
        services.Configure<GrpcServiceOptions>(options =>
        {
            options.Interceptors.Add<AccessInterceptor>();
            options.Interceptors.Add<AuditInterceptor>();
        });
    }

    public static void MapCoordinatorAccess(this IEndpointRouteBuilder routes) => routes.MapGrpcService<AccessCalls>();

    /// <summary>What making a key takes, for commands on the host too.</summary>
    internal static void AddApiKeys(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(KeyHashes.From(builder.Configuration));
        builder.Services.AddSingleton<KeyTable>();
    }
}
