using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>Requests that a server has to refuse, or to answer, but never to fail at.</summary>
sealed class Attacks(ProbeServer server) : IDisposable
{
    readonly RawAttacks raw = new(server.Address);
    readonly GrpcAttacks grpc = new(server);
    readonly ConnectAttacks connect = new(server);

    public Task SendAsync(Random random) => random.Next(12) switch
    {
        0 => raw.RandomBytesAsync(random),
        1 => raw.Http2FramesAsync(random),
        2 => raw.CutRequestAsync(random),
        3 => connect.GetAsync(random),
        4 => connect.JsonAsync(random),
        5 => connect.DeepJsonAsync(random),
        6 => connect.BombAsync(random),
        7 => connect.FaultAsync(),
        8 => grpc.BombAsync(random),
        9 => grpc.FaultAsync(),
        _ => grpc.FramesAsync(random),
    };

    public void Dispose() => connect.Dispose();
}
