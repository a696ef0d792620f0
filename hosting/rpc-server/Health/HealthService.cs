using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Headgate.Rpc.Server.Health;

/// <summary>gRPC's health checking.</summary>
sealed class HealthService(ServiceHealth health) : Grpc.Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        health.Knows(request.Service)
            ? new HealthCheckResponse { Status = await health.CheckAsync(request.Service, context.CancellationToken) }
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service \"{request.Service}\"."));

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var next = health.NextAsync();
        var told = await health.CheckAsync(request.Service, context.CancellationToken);
        await TellAsync(told);
        while (true)
        {
            var report = await next.WaitAsync(context.CancellationToken);
            next = health.NextAsync();
            var status = health.StatusOf(request.Service, report);
            if (status == told) continue;
            told = status;
            await TellAsync(told);
        }

        Task TellAsync(ServingStatus status) => responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
    }
}
