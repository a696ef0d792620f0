using Grpc.Core;
using Headgate.Connectors.Repairs;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using JobKind = Headgate.Contracts.Runs.JobKind;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>ReplayJob: the records that a job has touched are moved again, as the source has them now and as the file in force maps them.</summary>
sealed class ReplayRequests(IdempotentCalls calls, JobQueries jobs, RepairScopes scopes, RepairEstimates estimates, RepairStarts starts)
{
    public Task<ReplayJobResponse> ReplayAsync(ReplayJobRequest request, ServerCallContext context) => request.ValidateOnly
        ? ValidateAsync(request, context.Caller(), context.CancellationToken)
        : calls.RunAsync(
            context,
            request,
            first: call => FirstAsync(call, request, context.Caller(), context.CancellationToken),
            again: async answered =>
            {
                var look = await jobs.ByIdAsync(Guid.Parse(answered.Job.Id), context.CancellationToken);
                if (look.Jobs is [var job]) answered.Job = JobMessages.Of(job, look.At);
                return answered;
            });

    async Task<ReplayJobResponse> ValidateAsync(ReplayJobRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var scope = await scopes.FindAsync(Asked(request), caller.Project, cancellationToken);
        var counts = await estimates.CountAsync(scope, cancellationToken);
        var estimate = await estimates.OfAsync(JobKind.Replay, scope, counts, cancellationToken);
        var active = estimate.ActiveJobId.Length == 0 ? "" : $" Job {estimate.ActiveJobId} is active: it has to end first.";
        return new ReplayJobResponse { Estimate = estimate, Sentence = $"A replay would move {Amount(scope, counts)}. {Missing}{Same(scope)}{active}" };
    }

    async Task<ReplayJobResponse> FirstAsync(IdempotentCall call, ReplayJobRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var asked = Asked(request);
        var scope = await scopes.FindAsync(asked, caller.Project, cancellationToken);
        var counts = await estimates.CountAsync(scope, cancellationToken);
        var job = await starts.StartAsync(call, asked, scope, caller, request.Reason, cancellationToken);
        return new ReplayJobResponse
        {
            Job = job,
            Outcome = CommandOutcome.Accepted,
            Sentence = $"Job {job.Id} was accepted: it moves {Amount(scope, counts)}. {Missing}{Same(scope)}",
        };
    }

    static AskedRepair Asked(ReplayJobRequest request) =>
        new() { Kind = JobKind.Replay, Job = request.Job, Object = request.Object, Keys = request.Keys };

    static string Amount(RepairScope scope, IReadOnlyDictionary<int, LoggedCounts>? counts)
    {
        var how = $"again, as the source has them now and through version {scope.Pipeline.Version} of the pipeline file";
        if (counts is null) return $"the records that job {scope.Job.Id} touched {how}; how many is too much to be counted in a moment";
        return $"the records of {scope.Tables.Sum(table => counts.GetValueOrDefault(table.ObjectNo)?.All ?? 0):N0} changes of job {scope.Job.Id} {how}";
    }

    const string Missing = "Records that the source does not have any more stay as they are: a rollback deletes those, a replay cannot.";

    static string Same(RepairScope scope) => scope.Pipeline.Version == scope.Job.PipelineVersion
        ? $" That is the version which job {scope.Job.Id} went by: what was wrong in its file still is." : "";
}
