using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>All services, with nothing behind them, and keys of every kind.</summary>
public sealed class EveryMethodServer : IAsyncLifetime
{
    public const string Own = "own";
    public const string Foreign = "foreign";

    internal static readonly Dictionary<string, MethodDescriptor> Methods = new[]
    {
        AccessService.Descriptor, JobService.Descriptor, PipelineService.Descriptor, RecordService.Descriptor,
    }.SelectMany(service => service.Methods).ToDictionary(method => $"{method.Service.Name}.{method.Name}", StringComparer.Ordinal);

    internal AccessServer Server { get; private set; } = null!;

    internal Things OwnThings { get; private set; } = null!;

    internal Things ForeignThings { get; private set; } = null!;

    internal ReachedCalls Reached { get; } = new();

    /// <summary>Callers whose key is good, with their role and whether they are bound to all projects.</summary>
    internal List<(string Secret, Role Role, bool IsOfAll)> Callers { get; } = [];

    /// <summary>What is no good, by why.</summary>
    internal Dictionary<string, string?> NoGood { get; } = [];

    internal Guid KeyOfAll { get; private set; }

    public async Task InitializeAsync()
    {
        Server = await AccessServer.StartAsync(
            application =>
            {
                application.MapGrpcService<Keys>();
                application.MapGrpcService<Jobs>();
                application.MapGrpcService<Pipelines>();
                application.MapGrpcService<Records>();
            },
            services: services => services.AddSingleton(Reached).Configure<GrpcServiceOptions>(options => options.Interceptors.Add<ReachedCalls>()));
        OwnThings = await Things.OfAsync(Server.Database, Own, (await Server.KeyAsync(Role.Viewer, Own)).Id);
        ForeignThings = await Things.OfAsync(Server.Database, Foreign, (await Server.KeyAsync(Role.Viewer, Foreign)).Id);
        foreach (var role in (Role[])[Role.Viewer, Role.Operator, Role.Admin]) Callers.Add(((await Server.KeyAsync(role, Own)).Secret, role, false));
        var ofAll = await Server.KeyAsync(Role.Admin, project: null);
        Callers.Add((ofAll.Secret, Role.Admin, true));
        KeyOfAll = ofAll.Id;
        await AddNoGoodAsync(ofAll.Secret);
    }

    async Task AddNoGoodAsync(string good)
    {
        var (revoked, expired) = (await Server.KeyAsync(Role.Admin, project: null), await Server.KeyAsync(Role.Admin, project: null));
        await Server.Database.ExecuteAsync(
            $"""
            update coordinator.api_key set revoked_at = now(), revoked_by = 'test' where key_id = '{revoked.Id}';
            update coordinator.api_key set expires_at = now() where key_id = '{expired.Id}'
            """);
        NoGood["none"] = null;
        NoGood["revoked"] = revoked.Secret;
        NoGood["expired"] = expired.Secret;
        NoGood["of another's prefix"] = string.Concat(good.AsSpan(0, 17), revoked.Secret.AsSpan(17));
        NoGood["no secret at all"] = "open sesame";
        NoGood["cut short"] = good[..^1];
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    sealed class Keys : AccessService.AccessServiceBase;

    sealed class Jobs : JobService.JobServiceBase;

    sealed class Pipelines : PipelineService.PipelineServiceBase;

    sealed class Records : RecordService.RecordServiceBase;
}
