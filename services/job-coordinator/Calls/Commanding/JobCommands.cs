using Google.Protobuf;
using Grpc.Core;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;
using CommandOutcome = Headgate.V1.CommandOutcome;
using Result = Headgate.V1.OperateJobsResponse.Types.Result;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>Gives a command to the one job that a request names, and answers with the job as it then stands.</summary>
sealed class JobCommands(
    IdempotentCalls calls, JobFinder finder, JobReads reads, JobCommandSender sender, JobRefusals refusals, GivenCommands given,
    AuditTrail trail, NextRuns next, TimeProvider time)
{
    /// <exception cref="RpcException">What JobService says of the method.</exception>
    public async Task<TResponse> RunAsync<TRequest, TResponse>(
        ServerCallContext context, TRequest request, JobReference reference, Operation operation, string reason,
        Func<Job, string, CommandOutcome, TResponse> response, int maxRowsPerSecond = 0, bool acceptInDoubt = false,
        bool pauseSchedule = false, bool passGuards = false)
        where TRequest : IMessage<TRequest>
    {
        context.SetAuditOperation(operation);
        var order = JobOrder.Of(operation, reason, context, time.GetUtcNow()) with
        {
            MaxRowsPerSecond = maxRowsPerSecond,
            AcceptInDoubt = acceptInDoubt,
            PauseSchedule = pauseSchedule,
            PassGuards = passGuards,
        };
        Result result;
        try
        {
            // What is kept names the job: a pipeline's active one is another one by the time of a repeat, or none.
            result = await calls.RunAsync(
                context, request, first: call => GiveAsync(context, request, reference, order, call.Id), again: Task.FromResult);
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.FailedPrecondition)
        {
            await AddReasonAsync(context, request, order);
            throw;
        }

        await AddReasonAsync(context, request, order);
        var (job, look) = await finder.ByIdAsync(Guid.Parse(result.JobId), context.Caller().Project, context.CancellationToken);
        SetSubject(context, job);
        var full = (await reads.FullAsync([job], look.At, context.CancellationToken))[0];
        return response(full, result.Sentence, result.Outcome);
    }

    async Task<Result> GiveAsync(ServerCallContext context, IMessage request, JobReference reference, JobOrder order, Guid messageId)
    {
        var job = await FindAsync(context, request, reference, messageId);
        SetSubject(context, job);
        var patience = AnswerPatience.Of(context, JobCommandSender.Most);
        var answer = await sender.SendAsync(order, job.Id, messageId, patience, context.CancellationToken);
        if (answer.Rule == CommandRule.Missing) throw CallErrors.NotFound($"There is no job {job.Id}.");
        if (answer.Outcome == Contracts.Jobs.CommandOutcome.Refused) throw await RefusedAsync(order.Operation, job.Id, answer, context);
        var result = CommandResults.Of(job.Id, answer);
        if (CommandResults.SaysNextRun(order.Operation, answer)) CommandResults.AddNextRun(result, await next.OfJobsAsync([job.Id], context.CancellationToken));
        return result;
    }

    // A repeat after a crash is for the job that the first call was for, if it has reached one.
    async Task<JobRow> FindAsync(ServerCallContext context, IMessage request, JobReference reference, Guid messageId)
    {
        var (project, stop) = (context.Caller().Project, context.CancellationToken);
        if (CommandFields.KeyOf(request).Length > 0 && await given.JobOfAsync(messageId, stop) is { } known)
            return (await finder.ByIdAsync(known, project, stop)).Job;
        return (await finder.FindAsync(reference, project, stop)).Job;
    }

    async Task<RpcException> RefusedAsync(Operation operation, Guid id, CommandAnswered answer, ServerCallContext context)
    {
        var (job, _) = await finder.ByIdAsync(id, context.Caller().Project, context.CancellationToken);
        var refusal = (await refusals.OfAsync(operation, [(job, answer)], context.CancellationToken))[id];
        return CallErrors.Refused(refusal, $"job:{id}");
    }

    async Task AddReasonAsync(ServerCallContext context, IMessage request, JobOrder order)
    {
        if (order.Reason is not { } reason || await calls.IdOfAsync(context, request) is not { } message) return;
        var jobs = await given.AddReasonAsync([message], reason, context.CancellationToken);
        if (AuditedCall.Of(context) is { } call)
            await trail.NoteAsync(call, jobs.Select(job => new AuditedJob(job, call.Project, AuditTrail.ReasonAdded, null)));
    }

    static void SetSubject(ServerCallContext context, JobRow job) => context.SetAuditSubject(job.Project, $"job {job.Id}");
}
