using Grpc.Core;
using Headgate.V1;

namespace Headgate.Bench.Calls;

/// <summary>A stream that is always ready: what is measured is the way of a message, not where it comes from.</summary>
sealed class StreamedJobs : JobService.JobServiceBase
{
    public override async Task WatchJobs(WatchJobsRequest request, IServerStreamWriter<WatchJobsResponse> responseStream, ServerCallContext context)
    {
        var response = new WatchJobsResponse { ResumeToken = new string('r', 100), Jobs = { Job() } };
        while (!context.CancellationToken.IsCancellationRequested) await responseStream.WriteAsync(response, context.CancellationToken);
    }

    static Job Job() => new()
    {
        Id = $"{Guid.Empty}",
        Project = "calls",
        Pipeline = "calls-1",
        PipelineId = $"{Guid.Empty}",
        PipelineVersion = 1,
        Kind = JobKind.Incremental,
        State = JobState.Processing,
        RequestId = $"{Guid.Empty}",
        Attempt = 1,
        Epoch = 1,
        Counts = new RecordCounts { Extracted = 1000, Written = 500 },
    };
}
