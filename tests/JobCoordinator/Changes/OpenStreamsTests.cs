using Grpc.Core;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>How many streams of records a coordinator gives at a time.</summary>
public sealed class OpenStreamsTests
{
    readonly OpenStreams _streams = new();

    [Fact]
    public void One_key_leaves_room_for_others_and_gets_more_once_it_has_closed_one()
    {
        var mine = Enumerable.Range(0, 16).Select(_ => Open("viewer")).ToList();
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => Open("viewer")).StatusCode);
        using var other = Open("operator");

        mine[0].Dispose();

        using var again = Open("viewer");
        Assert.Throws<RpcException>(() => Open("viewer"));
    }

    OpenStream Open(string caller) => _streams.Open(caller, new ServeResponse());
}
