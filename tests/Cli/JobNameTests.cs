using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class JobNameTests : CliTest
{
    [Fact]
    public async Task Uuid_is_an_id_and_where_there_is_none_a_request_id()
    {
        Coordinator.On<PauseJobRequest>(request => request.Job.ByCase == JobReference.ByOneofCase.RequestId
            ? new PauseJobResponse { Job = Examples.Job(JobState.Paused) }
            : throw Refused.Plainly(StatusCode.NotFound, "There is no job."));

        var result = await RunAsync("pause", Examples.RequestId);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            [new JobReference { Id = Examples.RequestId }, new JobReference { RequestId = Examples.RequestId }], Coordinator.All<PauseJobRequest>().Select(each => each.Job));
    }

    [Fact]
    public async Task Uuid_that_is_neither_is_told_once()
    {
        Coordinator.On<PauseJobRequest>(_ => throw Refused.Plainly(StatusCode.NotFound, "There is no job."));

        var result = await RunAsync("pause", Examples.RequestId);

        Assert.Equal((1, $"headgate: There is no job with the id or Request ID {Examples.RequestId}.\n"), (result.ExitCode, result.Error));
    }
}
