using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Errors;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Headgate.JobCoordinator.Access.Streams;

/// <summary>Ends streams of callers whose key was revoked or has expired since they began.</summary>
sealed class StreamEnds(Authentication authentication, IOptions<AccessOptions> options, TimeProvider time)
{
    public async Task RunAsync<T>(
        Caller caller, ServerCallContext context, IServerStreamWriter<T> responses, Func<IServerStreamWriter<T>, ServerCallContext, Task> handler)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var done = new CancellationTokenSource();
        var watch = WatchAsync(caller, end, done.Token);
        try
        {
            await handler(new EndableStreamWriter<T>(responses, end.Token), new EndableCallContext(context, end.Token));
        }
        catch (Exception) when (IsEnded())
        {
            throw AccessErrors.WrongKey();
        }
        finally
        {
            await done.CancelAsync();
            await watch;
        }

        // A handler that takes its token for a wish to end in good order.
        if (IsEnded()) throw AccessErrors.WrongKey();

        bool IsEnded() => end.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested;
    }

    async Task WatchAsync(Caller caller, CancellationTokenSource end, CancellationToken done)
    {
        using var timer = new PeriodicTimer(options.Value.KeysKnownFor, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                if (await IsAcceptedAsync(caller, done)) continue;
                await end.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The stream has ended by itself.
        }
    }

    async Task<bool> IsAcceptedAsync(Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            return await authentication.IsStillAcceptedAsync(caller, cancellationToken);
        }
        catch (NpgsqlException)
        {
            // While the state database is away nobody can revoke a key there either; the next look tells.
            return true;
        }
    }
}
