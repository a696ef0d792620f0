using Grpc.Core;
using Headgate.JobCoordinator.Tests.Reading;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Doubts;

public sealed class ListInDoubtTests(ReadingBench bench) : IClassFixture<ReadingBench>
{
    [Fact]
    public async Task Transactional_destination_has_none_and_is_not_even_asked()
    {
        // Its connection leads nowhere.
        var job = await bench.NewProject().JobAsync("Canceled");

        var answer = await bench.Records.ListInDoubtAsync(new ListInDoubtRequest { Job = new JobReference { Id = job.ToString() } });

        Assert.Equal(("", 0), (answer.NextPageToken, answer.Records.Count));
    }

    [Fact]
    public async Task Foreign_project_has_no_such_job()
    {
        var job = await bench.NewProject().JobAsync("Canceled");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Records.ListInDoubtAsync(
            new ListInDoubtRequest { Job = new JobReference { Id = job.ToString() } }, ReadingBench.BoundTo("another")));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Object_that_the_job_does_not_have_is_refused()
    {
        var job = await bench.NewProject().JobAsync("Canceled");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Records.ListInDoubtAsync(
            new ListInDoubtRequest { Job = new JobReference { Id = job.ToString() }, Object = "public.nothing" }));

        Assert.Equal((StatusCode.InvalidArgument, "object"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field));
    }
}
