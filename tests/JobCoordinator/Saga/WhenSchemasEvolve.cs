using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>By which run the changes of schemas are judged.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenSchemasEvolve(SagaBench bench)
{
    [Fact]
    public async Task A_first_run_has_none()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        Assert.Null(Completed(job));
    }

    [Fact]
    public async Task It_is_the_last_that_completed_and_not_one_that_was_canceled_since()
    {
        var first = await (await bench.AcceptAsync()).InAsync("Completed");
        var canceled = await (await first.FollowAsync()).InAsync("Canceled");
        Assert.Equal((first.Id, 1), Completed(canceled));
        var third = await (await canceled.FollowAsync()).InAsync("Initializing");
        Assert.Equal((first.Id, 1), Completed(third));
    }

    [Fact]
    public async Task Of_an_object_that_was_blocked_it_stays_the_one_before()
    {
        var first = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await first.PrepareAsync(segments: 1, objects: 2);
        await FinishAsync(first, 0, 1);
        var second = await (await first.FollowAsync()).InAsync("Initializing");
        await bench.HandleAsync(new JobPrepared
        {
            JobId = second.Id,
            Epoch = await second.EpochAsync(),
            DestinationRole = "worker",
            Objects = [new PlannedObject { ObjectNo = 0, From = "public.a", To = "public.a", Full = true, Level = 0, EstimatedRows = 1, FirstSegmentNo = 0, SegmentCount = 1 }],
            Blocked = [new BlockedObject { ObjectNo = 1, Problem = new Problem { Code = "type-narrowed", Sentence = "Object b: narrowed.", Retryable = false } }],
        });
        await FinishAsync(second, 0);

        var third = await (await second.FollowAsync()).InAsync("Initializing");

        Assert.Equal((second.Id, 1), Completed(third, of: 0));
        Assert.Equal((first.Id, 1), Completed(third, of: 1));
    }

    [Fact]
    public async Task A_new_table_takes_the_old_ones_place_before_the_fence_moves_on()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Initializing");
        await bench.HandleAsync(new JobPrepared
        {
            JobId = job.Id,
            Epoch = await job.EpochAsync(),
            DestinationRole = "worker",
            Objects =
            [
                new PlannedObject
                {
                    ObjectNo = 0, From = "public.a", To = "public.a", Full = true, Replaced = true, Level = 0, EstimatedRows = 1, FirstSegmentNo = 0, SegmentCount = 1,
                },
            ],
        });
        await job.ExtractAsync(0);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAsync(0);
        Assert.Equal(JobPhase.Finishing, (await job.RowAsync()).Phase);
        Assert.Single(job.Sent<FinishObjects>());
    }

    static async Task FinishAsync(SagaJob job, params int[] objects)
    {
        foreach (var each in objects) await job.ExtractAsync(0, of: each);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        foreach (var each in objects) await job.LoadAsync(0, of: each);
        await job.FenceAsync(open: false, written: 10);
        await job.VerifyAsync();
        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
    }

    static (Guid JobId, int Attempt)? Completed(SagaJob job, int of = 0) =>
        job.Sent<PrepareJob>()[^1].Objects.Single(each => each.ObjectNo == of).Completed is { } run ? (run.JobId, run.Attempt) : null;
}
