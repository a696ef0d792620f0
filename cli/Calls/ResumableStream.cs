using System.Runtime.CompilerServices;
using Grpc.Core;

namespace Headgate.Cli.Calls;

/// <summary>Responses of a stream, which is opened again with the last resume_token where it broke off or fell silent.</summary>
sealed class ResumableStream<TResponse>(
    Func<string, CancellationToken, AsyncServerStreamingCall<TResponse>> open, Func<TResponse, string> tokenOf, StreamPatience patience)
    where TResponse : class
{
    string _token = "";
    bool _heard;

    public async IAsyncEnumerable<TResponse> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tries = 0;
        long brokenSince = 0;
        while (true)
        {
            RpcException? broken = null;
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using (var call = open(_token, silence.Token))
            {
                while (true)
                {
                    TResponse? response;
                    (response, broken) = await NextAsync(call, silence, cancellationToken);
                    if (response is null) break;
                    (_token, _heard, tries) = (tokenOf(response), true, 0);
                    yield return response;
                }
            }

            if (broken is null) yield break;
            if (tries++ == 0) brokenSince = TimeProvider.System.GetTimestamp();
            var isOver = _heard ? TimeProvider.System.GetElapsedTime(brokenSince) > patience.Outage : tries >= patience.FirstTries;
            if (isOver) throw broken;
            var pause = patience.FirstPause * Math.Pow(2, Math.Min(tries - 1, 10));
            await Task.Delay(pause < patience.LongestPause ? pause : patience.LongestPause, cancellationToken);
        }
    }

    /// <summary>Neither: the stream has ended.</summary>
    async Task<(TResponse? Response, RpcException? Broken)> NextAsync(
        AsyncServerStreamingCall<TResponse> call, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        silence.CancelAfter(patience.Silence);
        try
        {
            return await call.ResponseStream.MoveNext(silence.Token) ? (call.ResponseStream.Current, null) : (null, null);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
        {
            return (null, error);
        }
        catch (RpcException error) when (error.IsUnansweredPing())
        {
            return (null, Silent());
        }
        catch (Exception error) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && error is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return (null, Silent());
        }
    }

    static RpcException Silent() => new(new Status(StatusCode.Unavailable, "The coordinator has fallen silent."));
}
