using Grpc.Core;
using Headgate.Cli.Calls;

namespace Headgate.Cli.Tests;

/// <summary>A stream in the hands of a network: patience is shortened, nothing else.</summary>
public sealed class StreamTests
{
    static readonly StreamPatience Short = new()
    {
        Silence = TimeSpan.FromMilliseconds(200),
        Outage = TimeSpan.FromSeconds(1),
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
        FirstTries = 3,
    };

    [Fact]
    public async Task Silence_longer_than_heartbeats_allow_opens_the_stream_again()
    {
        var tokens = new List<string>();
        var stream = Stream((token, _) =>
        {
            tokens.Add(token);
            return tokens.Count == 1 ? ["1", null] : ["2"];
        });

        Assert.Equal(["1", "2"], await ReadAsync(stream));
        Assert.Equal(["", "1"], tokens);
    }

    [Fact]
    public async Task Stream_that_was_never_heard_is_given_up_after_a_few_tries()
    {
        var tries = 0;
        var stream = Stream((_, _) => ++tries > 0 ? throw new RpcException(new Status(StatusCode.Unavailable, "down")) : []);

        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(stream));
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task Stream_that_was_heard_is_given_up_after_an_outage()
    {
        var tries = 0;
        var stream = Stream((_, _) => ++tries == 1 ? ["1", "break"] : throw new RpcException(new Status(StatusCode.Unavailable, "down")));

        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(stream));
        Assert.True(tries > 3);
    }

    [Fact]
    public async Task Other_errors_are_not_tried_again()
    {
        var tries = 0;
        var stream = Stream((_, _) => ++tries > 0 ? throw new RpcException(new Status(StatusCode.NotFound, "none")) : []);

        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(stream));
        Assert.Equal(1, tries);
    }

    static async Task<List<string>> ReadAsync(ResumableStream<string> stream)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var read = new List<string>();
        await foreach (var each in stream.ReadAsync(late.Token)) read.Add(each);
        return read;
    }

    /// <summary>Null: silence from then on; break: the connection is lost.</summary>
    static ResumableStream<string> Stream(Func<string, CancellationToken, string?[]> open) => new(
        (token, _) => new AsyncServerStreamingCall<string>(
            new Script(() => open(token, default)), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { }),
        token => token, Short);

    sealed class Script(Func<string?[]> open) : IAsyncStreamReader<string>
    {
        string?[]? _responses;
        int _next;

        public string Current { get; private set; } = "";

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            _responses ??= open();
            if (_next == _responses.Length) return false;
            if (_responses[_next] is not { } response) await Task.Delay(Timeout.Infinite, cancellationToken);
            else if (response == "break") throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
            else Current = response;
            _next++;
            return true;
        }
    }
}
