using Grpc.Core;
using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Idempotency;
using Headgate.JobCoordinator.Applying;
using Headgate.JobCoordinator.Reading;
using Headgate.PipelineFiles;
using Headgate.V1;
using Microsoft.Extensions.Options;
using static Headgate.V1.DryRunRequest;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>
/// DryRun: what a run would write, of a pipeline as it is in force or of a file that need not be. It claims nothing, so that it starts without
/// being decided with other runs.
/// </summary>
sealed class DryRunRequests(
    IdempotentCalls calls, PipelineQueries pipelines, JobQueries jobs, PipelineCheck check, IOptions<CoordinatorOptions> options, TimeProvider time)
{
    const int UsualSize = 100;
    const int LargestSize = 10_000;
    const int LongestFilter = 10_000;

    public Task<DryRunResponse> DryRunAsync(DryRunRequest request, ServerCallContext context)
    {
        var sample = Sampled(request);
        // One that has neither never comes here: nobody would know whose project it is.
        var file = request.SubjectCase is SubjectOneofCase.File ? FileOf(request, context) : null;
        return calls.RunAsync(
            context,
            request,
            first: call => FirstAsync(call, request, file, sample, context.Caller(), context.CancellationToken),
            again: async answered =>
            {
                var look = await jobs.ByIdAsync(Guid.Parse(answered.Job.Id), context.CancellationToken);
                if (look.Jobs is [var job]) answered.Job = JobMessages.Of(job, look.At);
                return answered;
            });
    }

    static Sample Sampled(DryRunRequest request)
    {
        if (request.SampleSize is < 0 or > LargestSize)
            throw CallErrors.Invalid(("sample_size", $"Expected 1 to {LargestSize:N0}, or 0 for {UsualSize}."));
        if (request is { All: true, SampleSize: > 0 })
            throw CallErrors.Invalid(("all", "Expected without sample_size: either all records, or so many."));
        if (request.Filter.Length > LongestFilter || request.Filter.Contains('\0'))
            throw CallErrors.Invalid(("filter", $"Expected at most {LongestFilter:N0} characters, none of them U+0000."));
        return new Sample
        {
            Rows = request.All ? 0 : request.SampleSize > 0 ? request.SampleSize : UsualSize,
            Filter = string.IsNullOrWhiteSpace(request.Filter) ? null : request.Filter,
        };
    }

    static PipelineFileResult FileOf(DryRunRequest request, ServerCallContext context)
    {
        var files = PipelineTexts.Read(new ApplyPipelineRequest { Files = { new ApplyPipelineRequest.Types.File { File_ = request.File } } });
        if (files.Definitions is not [var pipeline])
            throw CallErrors.Invalid(("file.text", $"It has {files.Definitions.Count:N0} pipelines: expected one."));
        context.SetAuditSubject(pipeline.Project, $"pipeline {pipeline.Project}/{pipeline.Name}");
        context.Caller().DemandProject(pipeline.Project);
        return files;
    }

    async Task<DryRunResponse> FirstAsync(
        IdempotentCall call, DryRunRequest request, PipelineFileResult? file, Sample sample, Caller caller, CancellationToken cancellationToken)
    {
        var found = file is null ? new CheckedPipelines() : await check.CheckAsync(file, cancellationToken);
        if (found.Problems.Count > 0) throw FileErrors.Of(found.Problems);
        if (found.FenceProblems.Count > 0) throw PipelineRefusals.Fence(found.FenceProblems, file!.Definitions[0]);
        var pipeline = file is null ? await pipelines.FindAsync(request.Pipeline, "pipeline", caller.Project, cancellationToken) : null;
        var birth = new DryRunBirth(
            await call.ConnectionAsync(cancellationToken), call.Id, sample, caller.Name, request.Reason, time.GetUtcNow(), options.Value.StallAfter);
        var job = pipeline is not null
            ? await birth.OfPipelineAsync(pipeline, cancellationToken) : await birth.OfFileAsync(found.Set[0], cancellationToken);
        return new DryRunResponse
        {
            Job = JobMessages.Of(job, job.Created),
            Sentence = $"Job {job.Id} was accepted: it reads {What(sample)} of each object, compares them with the destination, and writes nothing."
                + NotLookedFor(await birth.OnVanishedAsync(job, cancellationToken)),
            Warnings = { found.Warnings.Select(FileWarnings.Shown) },
        };
    }

    // What is there and not at the source is no record that could be read.
    static string NotLookedFor(OnVanished onVanished) => onVanished is OnVanished.Keep
        ? "" : $" Rows that the source does not have any more, which a run would {onVanished.ToString().ToLowerInvariant()}, are not looked for.";

    static string What(Sample sample) => (sample.Rows == 0 ? "all records" : $"up to {sample.Rows:N0} records")
        + (sample.Filter is null ? "" : ", of those that the filter lets through,");
}
