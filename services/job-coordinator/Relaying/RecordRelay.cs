using System.Runtime.CompilerServices;
using Grpc.Core;
using Headgate.Contracts.Records;
using Headgate.Hosting.Bus;
using Headgate.JobCoordinator.Calls;
using Headgate.Relay.V1;
using MassTransit;

namespace Headgate.JobCoordinator.Relaying;

/// <summary>Has a worker read records for a call. Where one breaks off, another goes on from where it was.</summary>
sealed class RecordRelay(IBus bus, OpenStreams streams, RelayAddress address, TimeProvider time)
{
    /// <summary>How long a worker has to take a call on, and then to connect.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a worker is silent at most: it says every 10 s that it is at work.</summary>
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How many in a row may break off with nothing found.</summary>
    const int MostFruitless = 3;

    /// <summary>Parts with something in them, until there are no more; null once a second while there are none, for whoever tells the client.</summary>
    /// <param name="caller">Whose call it is.</param>
    /// <param name="work">What is to be done from where the call is now.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RpcException">UNAVAILABLE: no worker serves it. RESOURCE_EXHAUSTED: too many are open, of the caller or of all.</exception>
    public async IAsyncEnumerable<ServeRequest?> ReadAsync(
        string caller, Func<ServeResponse> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var fruitless = 0; fruitless < MostFruitless; fruitless++)
        {
            using var stream = streams.Open(caller, work());
            var parts = await ServedAsync(stream, cancellationToken);
            while (true)
            {
                var next = NextAsync(parts, cancellationToken);
                while (!await IsThereAsync(next, cancellationToken)) yield return null;
                if (await next is not { } part) break;
                if (part.Done) yield break;
                if (part.PartCase is ServeRequest.PartOneofCase.None && part.Place.Length == 0 && part.Problem is null) continue;
                fruitless = 0;
                yield return part;
            }
        }

        throw CallErrors.Unavailable("Workers that read the records have broken off: go on with the last resume_token.");
    }

    async Task<IAsyncStreamReader<ServeRequest>> ServedAsync(OpenStream stream, CancellationToken cancellationToken)
    {
        var here = address.Find();
        try
        {
            await bus.AskAsync<ServeRecords, ServingRecords>(
                Lanes.Checks, new ServeRecords { StreamId = stream.Id, ReplyTo = here }, Patience, cancellationToken);
        }
        catch (RequestException)
        {
            throw CallErrors.Unavailable($"No worker has answered within {Patience.TotalSeconds:0} s: records are read by one.");
        }

        try
        {
            return await stream.ServedAsync.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw CallErrors.Unavailable(
                $"A worker has answered, and has not come to {here} within {Patience.TotalSeconds:0} s: HEADGATE_COORDINATOR__RELAYADDRESS is to be "
                + "an address at which workers reach this coordinator.");
        }
    }

    /// <summary>Null: the worker has broken off.</summary>
    static async Task<ServeRequest?> NextAsync(IAsyncStreamReader<ServeRequest> parts, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        try
        {
            return await parts.MoveNext(silence.Token) ? parts.Current : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // However its connection has ended: it has not said that it is done.
            return null;
        }
    }

    async Task<bool> IsThereAsync(Task next, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(Tick, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
