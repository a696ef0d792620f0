using Grpc.Core;
using Headgate.Connectors.Repairs;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using JobKind = Headgate.Contracts.Runs.JobKind;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>RollbackJob: what a job wrote is put back as it was, where nobody has changed it since.</summary>
sealed class RollbackRequests(
    IdempotentCalls calls, JobQueries jobs, RepairScopes scopes, RepairEstimates estimates, RepairStarts starts, RepairLogs logs,
    RollbackPreviews previews)
{
    public Task<RollbackJobResponse> RollbackAsync(RollbackJobRequest request, ServerCallContext context) => request.ValidateOnly
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

    async Task<RollbackJobResponse> ValidateAsync(RollbackJobRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var scope = await scopes.FindAsync(Asked(request), caller.Project, cancellationToken);
        var counts = await estimates.CountAsync(scope, cancellationToken);
        var estimate = await estimates.OfAsync(JobKind.Rollback, scope, counts, cancellationToken);
        var schema = await SchemaAsync(scope, cancellationToken);
        var conflicts = await previews.AddAsync(scope, estimate, cancellationToken);
        var active = estimate.ActiveJobId.Length == 0 ? "" : $" Job {estimate.ActiveJobId} is active: it has to end first.";
        return new RollbackJobResponse
        {
            Estimate = estimate,
            Sentence = $"A rollback would put back {Amount(scope, counts)}. {Left}{conflicts}{schema}{Older(scope)}{active}",
        };
    }

    async Task<RollbackJobResponse> FirstAsync(
        IdempotentCall call, RollbackJobRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var asked = Asked(request);
        var scope = await scopes.FindAsync(asked, caller.Project, cancellationToken);
        var counts = await estimates.CountAsync(scope, cancellationToken);
        var schema = await SchemaAsync(scope, cancellationToken);
        var job = await starts.StartAsync(call, asked, scope, caller, request.Reason, cancellationToken);
        return new RollbackJobResponse
        {
            Job = job,
            Outcome = CommandOutcome.Accepted,
            Sentence = $"Job {job.Id} was accepted: it puts back {Amount(scope, counts)}. {Left}{schema}{Older(scope)}",
        };
    }

    static AskedRepair Asked(RollbackJobRequest request) => new()
    {
        Kind = JobKind.Rollback,
        Job = request.Job,
        Object = request.Object,
        Fields = request.Fields,
        Keys = request.Keys,
    };

    static string Amount(RepairScope scope, IReadOnlyDictionary<int, LoggedCounts>? counts)
    {
        if (counts is null) return $"what job {scope.Job.Id} changed, which is too much to be counted in a moment";
        var changes = scope.Tables.Sum(table => counts.GetValueOrDefault(table.ObjectNo)?.All ?? 0);
        return $"{changes:N0} changes of job {scope.Job.Id}";
    }

    const string Left = "Records that somebody has changed since are left as they are, and listed as rejected.";

    static string Older(RepairScope scope) => scope.Job.Kind == JobKind.Rollback ? " Afterwards they are as that rollback found them."
        : " Afterwards they are older than the source, and a run by offset brings only those that have changed there since, "
        + $"or lie within cursorOverlap: a replay of job {scope.Job.Id} brings them all.";

    async Task<string> SchemaAsync(RepairScope scope, CancellationToken cancellationToken)
    {
        var changes = await logs.AskAsync(scope.Job, log => log.CountSchemaChangesAsync(scope.Job.Id, cancellationToken), cancellationToken);
        return changes == 0 ? "" : $" Its {changes:N0} changes of the destination's schema stay.";
    }
}
