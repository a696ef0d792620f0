using System.Collections.Concurrent;
using Grpc.Core;
using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Starts;
using Headgate.V1;
using Npgsql;
using CommandOutcome = Headgate.Contracts.Jobs.CommandOutcome;
using Result = Headgate.V1.OperateJobsResponse.Types.Result;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>
/// Gives one command to many jobs. What is kept under an idempotency_key is which jobs, before the first is commanded, and not what they
/// answer: each knows the call's command to it again, so a repeat asks all of them, and is answered as before by those that were reached.
/// So no connection, lock or transaction is held while jobs are commanded, however long they take.
/// </summary>
sealed class ManyJobs(
    IdempotentCalls calls, SelectedJobs selected, JobQueries jobs, JobCommandSender sender, ForeseenAnswers foreseen, JobRefusals refusals,
    GivenCommands given, AuditTrail trail, NextRuns next, TimeProvider time) : IDisposable
{
    /// <summary>Commands on their way at the same time, of all such calls: behind more of them somebody's one stop would wait.</summary>
    const int AtOnce = 16;

    /// <summary>After it nothing more is commanded: the jobs that are left are UNANSWERED.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    readonly SemaphoreSlim _room = new(AtOnce);

    /// <exception cref="RpcException">What JobService says of OperateJobs.</exception>
    public async Task<OperateJobsResponse> RunAsync(ServerCallContext context, OperateJobsRequest request)
    {
        var operation = RequestedOperations.Of(request);
        var order = JobOrder.Of(operation, request.Reason, context, time.GetUtcNow()) with
        {
            MaxRowsPerSecond = RequestedOperations.RateOf(request),
            AcceptInDoubt = RequestedOperations.AcceptsDoubt(request),
            PauseSchedule = request.Cancel?.PauseSchedule ?? false,
            PassGuards = RequestedOperations.PassesGuards(request.Resume?.PassGuards ?? false, request.Reason),
        };
        var ids = SelectedJobs.Check(request);
        var (project, stop) = (context.Caller().Project, context.CancellationToken);
        context.SetAuditOperation(operation);
        var id = Guid.Empty;
        var kept = await calls.RunAsync(
            context, request,
            first: async call =>
            {
                id = call.Id;
                return Named(ids ?? await selected.OfAsync(request.Filter, project, stop));
            },
            again: Task.FromResult);
        id = await calls.IdOfAsync(context, request) ?? id;
        var found = await FindAsync([.. kept.Results.Select(result => Guid.Parse(result.JobId))], project, stop);
        context.SetAuditSubject(Projects.Check(request.Filter?.Project ?? "", project), $"{found.Named.Count} jobs");

        if (request.ValidateOnly)
        {
            var foretold = await ResultsAsync(operation, found, await foreseen.OfAsync(order, [.. found.Jobs.Values], stop), stop);
            return Response(foretold, $"Nothing was commanded; it would be {CommandResults.Count(foretold)}.");
        }

        var answers = await GiveAsync(context, order, id, found);
        if (request is { Reason.Length: > 0, IdempotencyKey.Length: > 0 }) await AddReasonAsync(context, request.Reason, id, found);
        var results = await ResultsAsync(operation, await FindAsync(found.Named, project, stop), answers, stop);
        return Response(results, $"{CommandResults.Count(results)}.");
    }

    public void Dispose() => _room.Dispose();

    static OperateJobsResponse Named(IEnumerable<Guid> jobs) => Response(jobs.Select(job => new Result { JobId = job.ToString() }), "");

    static OperateJobsResponse Response(IEnumerable<Result> results, string sentence) => new() { Results = { results }, Sentence = sentence };

    // Those of foreign projects are not there.
    async Task<FoundJobs> FindAsync(IReadOnlyList<Guid> named, string? project, CancellationToken cancellationToken)
    {
        var look = await jobs.ByIdsAsync(named, cancellationToken);
        return new FoundJobs(named, look.Jobs.Where(job => Projects.MaySee(project, job.Project)).ToDictionary(job => job.Id), look.At);
    }

    // The trail says what is about to be done to which job, and what was: of a caller who hangs up too.
    async Task<IReadOnlyDictionary<Guid, CommandAnswered>> GiveAsync(ServerCallContext context, JobOrder order, Guid call, FoundJobs found)
    {
        var audited = AuditedCall.Of(context) ?? throw new InvalidOperationException("The call is not audited.");
        var answers = new ConcurrentDictionary<Guid, CommandAnswered>();
        await trail.BeginAsync(audited, found.InOrder.Select(job => (job.Id, job.Project)));
        try
        {
            var patience = AnswerPatience.Of(context, Longest);
            var since = TimeProvider.System.GetTimestamp();
            var bounds = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.CancellationToken };
            await Parallel.ForEachAsync(found.InOrder, bounds, async (job, stop) =>
            {
                var left = patience - TimeProvider.System.GetElapsedTime(since);
                if (await AnswerAsync(order, job.Id, JobCommandSender.MessageId(call, job.Id), left, stop) is { } answer) answers[job.Id] = answer;
            });
        }
        finally
        {
            var results = found.Named.Select(job => Result(job, found, answers));
            await trail.NoteAsync(audited, results.Select(result => Audited(result, found)));
        }

        return answers;
    }

    /// <summary>Null: none in time, or no time left to ask.</summary>
    async Task<CommandAnswered?> AnswerAsync(JobOrder order, Guid job, Guid messageId, TimeSpan left, CancellationToken cancellationToken)
    {
        if (left <= TimeSpan.Zero || !await _room.WaitAsync(left, cancellationToken)) return null;
        try
        {
            var patience = left < JobCommandSender.Most ? left : JobCommandSender.Most;
            return await sender.SendAsync(order, job, messageId, patience, cancellationToken);
        }
        catch (Exception error) when (error is RpcException { StatusCode: StatusCode.Unavailable } or NpgsqlException)
        {
            return null;
        }
        finally
        {
            _room.Release();
        }
    }

    async Task AddReasonAsync(ServerCallContext context, string reason, Guid call, FoundJobs found)
    {
        var added = await given.AddReasonAsync([.. found.Jobs.Keys.Select(job => JobCommandSender.MessageId(call, job))], reason, context.CancellationToken);
        var rows = added.Select(job => new AuditedJob(job, found.Jobs[job].Project, AuditTrail.ReasonAdded, null));
        await trail.NoteAsync(AuditedCall.Of(context)!, rows);
    }

    async Task<IReadOnlyList<Result>> ResultsAsync(
        Operation operation, FoundJobs found, IReadOnlyDictionary<Guid, CommandAnswered> answers, CancellationToken cancellationToken)
    {
        var refused = found.InOrder.Where(job => answers.GetValueOrDefault(job.Id) is { Outcome: CommandOutcome.Refused });
        var why = await refusals.OfAsync(operation, [.. refused.Select(job => (job, answers[job.Id]))], cancellationToken);
        var canceled = answers.Values.Where(answer => CommandResults.SaysNextRun(operation, answer)).Select(answer => answer.JobId).ToList();
        var runs = await next.OfJobsAsync(canceled, cancellationToken);
        return [.. found.Named.Select(job =>
        {
            var result = Result(job, found, answers);
            CommandResults.AddNextRun(result, runs);
            if (result.Outcome is V1.CommandOutcome.NotFound or V1.CommandOutcome.Unanswered) return result;
            result.Job = JobMessages.Of(found.Jobs[job], found.At);
            if (why.TryGetValue(job, out var refusal)) (result.Refusal, result.Sentence) = (refusal, refusal.Sentence);
            return result;
        })];
    }

    static Result Result(Guid job, FoundJobs found, IReadOnlyDictionary<Guid, CommandAnswered> answers) =>
        !found.Jobs.ContainsKey(job) ? CommandResults.NotFound(job)
        : !answers.TryGetValue(job, out var answer) ? CommandResults.Unanswered(job)
        : answer.Rule == CommandRule.Missing ? CommandResults.NotFound(job)
        : CommandResults.Of(job, answer);

    static AuditedJob Audited(Result result, FoundJobs found)
    {
        var id = Guid.Parse(result.JobId);
        return new AuditedJob(id, found.Jobs.GetValueOrDefault(id)?.Project, CommandResults.Shown(result.Outcome), result.Sentence);
    }
}
