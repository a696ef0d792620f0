using Grpc.Core;
using Headgate.JobCoordinator.Relaying;
using Headgate.Relay.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>Workers have no keys: what they may serve are streams that wait for them, by a number that nobody else knows.</summary>
public sealed class RelayAccessTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("something else")]
    public async Task Number_that_is_none_of_a_stream_is_refused(string? number)
    {
        await using var bench = await RelayBench.StartAsync();
        using var stream = bench.Services.GetRequiredService<OpenStreams>().Open("tester", new ServeResponse());

        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(bench, number));
    }

    [Fact]
    public async Task Stream_is_served_once_and_none_that_was_given_up()
    {
        await using var bench = await RelayBench.StartAsync();
        var streams = bench.Services.GetRequiredService<OpenStreams>();
        using var stream = streams.Open("tester", new ServeResponse { Place = "here" });
        using var call = Serve(bench, $"{stream.Id:N}");

        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal("here", call.ResponseStream.Current.Place);
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(bench, $"{stream.Id:N}"));

        var givenUp = streams.Open("tester", new ServeResponse());
        givenUp.Dispose();
        Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(bench, $"{givenUp.Id:N}"));
        // What is served already ends with it.
        stream.Dispose();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [Fact]
    public void No_more_are_open_than_one_coordinator_holds()
    {
        var streams = new OpenStreams();
        var open = Enumerable.Range(0, 64).Select(no => streams.Open($"key {no % 8}", new ServeResponse())).ToList();

        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => streams.Open("another", new ServeResponse())).StatusCode);
        open[0].Dispose();
        streams.Open("another", new ServeResponse()).Dispose();
        foreach (var stream in open.Skip(1)) stream.Dispose();
    }

    static AsyncDuplexStreamingCall<ServeRequest, ServeResponse> Serve(RelayBench bench, string? number) =>
        new RelayService.RelayServiceClient(bench.Channel).Serve(number is null ? [] : new Metadata { { "headgate-stream", number } });

    static async Task<StatusCode> StatusAsync(RelayBench bench, string? number)
    {
        using var call = Serve(bench, number);
        return (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).StatusCode;
    }
}
