using Grpc.Core;

namespace Headgate.Rpc.Client;

/// <summary>The answers of a call.</summary>
sealed class ResponseReader<TRequest, TResponse>(ClientCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    TResponse? current;
    int reading;

    public TResponse Current => current ?? throw new InvalidOperationException("There is no message: the stream has not begun, or is over.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref reading, 1) == 1) throw new InvalidOperationException("A message is being read already.");
        try
        {
            await using var registration = cancellationToken.Register(() => call.Cancel(new Status(StatusCode.Cancelled, "The call was canceled.")));
            current = await call.ReadAsync();
            if (current is not null) return true;
            var outcome = await call.OutcomeAsync;
            return outcome.Status.StatusCode == StatusCode.OK ? false : throw outcome.ToException();
        }
        finally
        {
            Volatile.Write(ref reading, 0);
        }
    }
}
