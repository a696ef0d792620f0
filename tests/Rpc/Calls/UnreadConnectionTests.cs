using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

public sealed class UnreadConnectionTests
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Connection_that_its_client_does_not_read_is_kept_for_a_second_after_the_answer_and_then_ended()
    {
        await using var server = await ProbeServer.StartAsync();
        var probe = server.Calls.New(out var name);
        using var call = await UnreadCall.GrpcAsync(server, "Count", GrpcRequest.FrameOf(new CountRequest { To = 1000, Padding = 100_000, Call = name }));
        await UnreadCall.FullAsync(probe);
        var began = TimeProvider.System.GetTimestamp();

        server.BeginToStop();
        await probe.EndedAsync.WaitAsync(5 * Second);

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), 0.9 * Second, 5 * Second);
        await call.EndAsync().WaitAsync(5 * Second);
        await server.StopAsync();
        Assert.Equal(0, server.OpenCalls);
    }
}
