using System.Collections.Concurrent;
using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>A job service that does what a test tells it, through <see cref="IdempotentCalls"/> as the real one.</summary>
sealed class JobDouble(IdempotentCalls calls) : JobService.JobServiceBase
{
    int _executions;

    public ConcurrentQueue<Guid> Executed { get; } = new();

    public ConcurrentQueue<Caller> Callers { get; } = new();

    /// <summary>What executing a call does.</summary>
    public Func<PauseJobRequest, Task> OnPause { get; set; } = _ => Task.CompletedTask;

    /// <summary>Set when a stream has begun.</summary>
    public TaskCompletionSource Watching { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<PauseJobResponse> PauseJob(PauseJobRequest request, ServerCallContext context)
    {
        Callers.Enqueue(context.Caller());
        return calls.RunAsync(
            context,
            request,
            first: async call =>
            {
                var no = Interlocked.Increment(ref _executions);
                Executed.Enqueue(call.Id);
                await OnPause(request);
                return new PauseJobResponse { Sentence = $"Execution {no}.", Outcome = CommandOutcome.Accepted };
            },
            again: Task.FromResult);
    }

    public override async Task WatchJobs(WatchJobsRequest request, IServerStreamWriter<WatchJobsResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new WatchJobsResponse { CaughtUp = true }, context.CancellationToken);
        Watching.TrySetResult();
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }

    public static RpcException Refusal(string sentence) => new Google.Rpc.Status
    {
        Code = (int)StatusCode.FailedPrecondition,
        Message = sentence,
        Details = { Google.Protobuf.WellKnownTypes.Any.Pack(new Refusal { Rule = Rule.State, Sentence = sentence }) },
    }.ToRpcException();
}
