using System.CommandLine;
using Headgate.Cli.Calls;
using Headgate.Cli.Configuration;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

/// <summary>A network that falls silent without an end of the connection.</summary>
public sealed class KeepaliveTests : CliTest
{
    static readonly Keepalive Short = new() { Delay = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(1) };

    // Well before the silence of a stream is noticed without pings.
    static readonly TimeSpan Patience = StreamPatience.Usual.Silence / 2;

    [Fact]
    public async Task Stream_goes_on_by_another_connection_long_before_its_heartbeats_are_missed()
    {
        var tokens = new List<string>();
        Coordinator.OnStream<WatchJobRequest>(async (request, send, context) =>
        {
            lock (tokens) tokens.Add(request.ResumeToken);
            await send(new WatchJobResponse { ResumeToken = $"{request.ResumeToken}1" });
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
        await using var relay = new SilentRelay(Coordinator.Address);
        using var calls = new CoordinatorCalls(To(relay.Address), Short);
        using var late = new CancellationTokenSource(Patience);
        var stream = calls.Stream(
            (token, options) => calls.Jobs.WatchJob(new WatchJobRequest { ResumeToken = token }, options), (WatchJobResponse response) => response.ResumeToken);

        await foreach (var response in stream.ReadAsync(late.Token))
        {
            if (response.ResumeToken == "11") break;
            relay.FallSilent();
        }

        Assert.Equal(["", "1"], tokens);
    }

    [Fact]
    public async Task Call_is_made_again_by_another_connection()
    {
        await using var relay = new SilentRelay(Coordinator.Address);
        var tries = 0;
        Coordinator.On<GetJobRequest>(async (_, context) =>
        {
            if (Interlocked.Increment(ref tries) > 1) return new GetJobResponse();
            relay.FallSilent();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new GetJobResponse();
        });
        using var calls = new CoordinatorCalls(To(relay.Address), Short);
        using var late = new CancellationTokenSource(Patience);

        await calls.AskAsync(calls.Jobs.GetJobAsync, new GetJobRequest(), late.Token);

        Assert.Equal(2, tries);
    }

    [Fact]
    public void Pings_are_shorter_than_what_a_stream_is_waited_for() =>
        Assert.True(Keepalive.Usual.Delay + Keepalive.Usual.Timeout < StreamPatience.Usual.Silence);

    Settings To(Uri address) => Settings.Load(
        CommandLine.Create().Parse(["jobs", "--server", $"{address}"]), name => name == "HOME" ? Home : null);
}
