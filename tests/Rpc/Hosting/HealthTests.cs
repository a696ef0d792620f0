using Grpc.Core;
using Grpc.Health.V1;
using Headgate.Rpc.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.Rpc.Tests.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_runs_the_checks()
    {
        var healthy = true;
        await using var server = await StartAsync(() => healthy);
        var client = new Grpc.Health.V1.Health.HealthClient(server.Channel);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = "unrelated" })).Status);
        healthy = false;
        Assert.Equal(ServingStatus.NotServing, (await client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = "unrelated" })).Status);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "nobody" }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Watch_tells_the_status_and_each_change()
    {
        var healthy = true;
        await using var server = await StartAsync(() => healthy);
        var client = new Grpc.Health.V1.Health.HealthClient(server.Channel);
        using var watch = client.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        await PublishAsync(server);
        healthy = false;
        await PublishAsync(server);
        // What has not changed may be told again.
        do Assert.True(await watch.ResponseStream.MoveNext());
        while (watch.ResponseStream.Current.Status == ServingStatus.Serving);
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        using var unknown = client.Watch(new HealthCheckRequest { Service = "nobody" });
        Assert.True(await unknown.ResponseStream.MoveNext());
        Assert.Equal(ServingStatus.ServiceUnknown, unknown.ResponseStream.Current.Status);
    }

    static Task<ProbeServer> StartAsync(Func<bool> isHealthy) => ProbeServer.StartAsync(builder =>
        builder.Services
            .AddGrpcHealthChecks(options => options.Services.Map("unrelated", check => check.Tags.Contains("other")))
            .AddCheck("test", () => isHealthy() ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy())
            .AddCheck("other", () => HealthCheckResult.Healthy(), ["other"]));

    static async Task PublishAsync(ProbeServer server)
    {
        var report = await server.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        foreach (var publisher in server.Services.GetServices<IHealthCheckPublisher>()) await publisher.PublishAsync(report, default);
    }
}
