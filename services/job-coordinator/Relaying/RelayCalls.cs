using Grpc.Core;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>Takes the connections of workers that serve calls. What they send is read by whoever holds the call.</summary>
sealed class RelayCalls : RelayService.RelayServiceBase
{
    public override async Task Serve(
        IAsyncStreamReader<ServeRequest> requestStream, IServerStreamWriter<ServeResponse> responseStream, ServerCallContext context)
    {
        var stream = context.Stream();
        await responseStream.WriteAsync(stream.Work, context.CancellationToken);
        stream.Serve(requestStream);
        await stream.OverAsync.WaitAsync(context.CancellationToken);
    }
}
