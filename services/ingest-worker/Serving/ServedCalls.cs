using System.Collections.Concurrent;
using Grpc.Core;
using Headgate.Contracts.Records;
using Headgate.IngestWorker.Steps;
using Headgate.Relay.V1;

namespace Headgate.IngestWorker.Serving;

/// <summary>The calls that this worker serves, each over a connection of its own: a client that is slow holds up nobody else's.</summary>
sealed partial class ServedCalls(
    ServedChanges changes, ServedSamples samples, ServedRejects rejects, ServedDiff diffs, TimeProvider time, ILogger<ServedCalls> log)
    : IHostedService, IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Task, bool> _running = new();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins to serve a call, and returns.</summary>
    public void Begin(ServeRecords asked)
    {
        var running = Task.Run(() => ServeAsync(asked));
        _running[running] = true;
        // Also where it has ended meanwhile.
        _ = running.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
    }

    /// <summary>The coordinator finds another worker for what is broken off here.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    Task RunAsync(ServedCall call) => call.Work.WorkCase switch
    {
        ServeResponse.WorkOneofCase.Changes => changes.RunAsync(call),
        ServeResponse.WorkOneofCase.Samples => samples.RunAsync(call),
        ServeResponse.WorkOneofCase.Rejects => rejects.RunAsync(call),
        ServeResponse.WorkOneofCase.Diff => diffs.RunAsync(call),
        _ => throw new StepException("work-unknown", "The worker is of an earlier version, which does not know of such a call."),
    };

    async Task ServeAsync(ServeRecords asked)
    {
        try
        {
            await using var call = await ServedCall.ConnectAsync(asked, time, _stop.Token);
            try
            {
                await RunAsync(call);
                await call.EndAsync();
            }
            catch (Exception error) when (error is not (RpcException or OperationCanceledException))
            {
                var problem = Problems.Of(error);
                if (Problems.AreForeseen(error)) LogNotServed(problem.Code);
                else LogUnexpected(error.GetType().FullName, problem.SqlState, error.StackTrace);
                await call.FailAsync(problem);
            }
        }
        catch (Exception error)
        {
            // The client has gone, or the coordinator, or this worker goes: whoever still waits is told by the end of the connection.
            LogBrokenOff(asked.ReplyTo, error.GetType().Name, (error as RpcException)?.StatusCode);
        }
    }
}
