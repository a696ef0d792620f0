using Headgate.Contracts.Extraction;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Tests.Saga;

/// <summary>Objects that an incompatible change keeps out of a run.</summary>
[Collection(nameof(SagaCollection))]
public sealed class WhenObjectsAreBlocked(SagaBench bench)
{
    [Fact]
    public async Task The_others_are_loaded_and_the_job_completes_with_their_offsets_alone()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await AnswerAsync(job, planned: [0], blocked: [1]);
        await job.ExtractAsync(0);
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        Assert.Equal([0], job.Sent<LoadSegment>().Select(sent => sent.ObjectNo));
        await job.LoadAsync(0);
        await job.FenceAsync(open: false, written: 10);
        await job.VerifyAsync();
        Assert.Equal("Completed", (await job.RowAsync()).CurrentState);
        Assert.Equal([0], await OffsetsAsync(job));
        Assert.Equal("column-missing: Object 1: a column is gone.", await ReasonAsync(job, of: 1));
    }

    [Fact]
    public async Task The_levels_the_estimate_and_the_rounds_over_waiting_records_are_those_of_the_others()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await AnswerAsync(job, planned: [1], blocked: [0]);
        Assert.Equal(20, (await job.RowAsync()).Estimated);
        await job.ExtractAsync(0, of: 1);
        await job.OpenFenceAsync();
        await job.ShapeAsync();
        await job.LoadAsync(0, of: 1, deferred: 3);
        Assert.True(job.Sent<LoadSegment>()[^1] is { ObjectNo: 1, Round: 1 });
    }

    [Fact]
    public async Task It_stays_out_when_the_job_is_resumed_and_whatever_comes_late()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await AnswerAsync(job, planned: [0], blocked: [1]);
        await AnswerAsync(job, planned: [0, 1], blocked: []);
        await job.PauseFullyAsync(written: 0);
        await job.ResumeAsync();
        var asked = job.Sent<PrepareJob>()[^1];
        Assert.Equal([0], asked.Objects.Select(entry => entry.ObjectNo));
        Assert.True(asked.Resumed);
        Assert.False(job.Sent<PrepareJob>()[0].Resumed);
    }

    [Fact]
    public async Task Restart_plans_it_anew()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.ClaimAsync();
        await AnswerAsync(job, planned: [0], blocked: [1]);
        await job.PauseFullyAsync(written: 0);
        await job.RestartAsync();
        var asked = job.Sent<PrepareJob>()[^1];
        Assert.Equal([0, 1], asked.Objects.Select(entry => entry.ObjectNo));
        Assert.False(asked.Resumed);
    }

    [Fact]
    public async Task With_all_of_them_the_job_fails_with_the_reasons_and_a_resume_looks_again()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await AnswerAsync(job, planned: [], blocked: [0, 1]);
        var row = await job.RowAsync();
        Assert.Equal(("Failed", "column-missing", 1), (row.CurrentState, row.ErrorCode, await job.FailuresAsync()));
        Assert.Equal("Object 0: a column is gone. Object 1: a column is gone.", row.Error);
        await job.ResumeAsync();
        Assert.Equal([0, 1], job.Sent<PrepareJob>()[^1].Objects.Select(entry => entry.ObjectNo));
        await AnswerAsync(job, planned: [0, 1], blocked: []);
        Assert.Equal(2, job.Sent<ExtractSegment>().Count);
    }

    [Fact]
    public async Task If_it_was_the_last_to_be_read_the_job_is_launched()
    {
        var job = await (await bench.AcceptAsync(tables: 2)).InAsync("Initializing");
        await job.PrepareAsync(segments: 1, objects: 2);
        await job.ExtractAsync(0);
        await job.LoseSnapshotAsync(0, of: 1);
        await AnswerAsync(job, planned: [], blocked: [1]);
        await job.JudgedAsync();
        Assert.Equal("Processing", (await job.RowAsync()).CurrentState);
    }

    [Fact]
    public async Task An_object_lost_after_launch_and_blocked_then_fails_the_job_if_none_is_left()
    {
        var job = await (await bench.AcceptAsync()).InAsync("Processing");
        await job.LoseSegmentAsync(0);
        await AnswerAsync(job, planned: [], blocked: [0]);
        Assert.Equal("Pausing", (await job.RowAsync()).CurrentState);
        await job.ConfirmStopAsync();
        Assert.Equal(("Failed", "Object 0: a column is gone."), ((await job.RowAsync()).CurrentState, (await job.RowAsync()).Error));
    }

    async Task AnswerAsync(SagaJob job, int[] planned, int[] blocked) => await bench.HandleAsync(new JobPrepared
    {
        JobId = job.Id,
        Epoch = await job.EpochAsync(),
        DestinationRole = "worker",
        Objects = [.. planned.Select(no => new PlannedObject
        {
            ObjectNo = no, From = $"public.{no}", To = $"public.{no}", Full = true, Level = no, EstimatedRows = 20, FirstSegmentNo = 0, SegmentCount = 1,
        })],
        Blocked = [.. blocked.Select(no => new BlockedObject
        {
            ObjectNo = no, Problem = new Problem { Code = "column-missing", Sentence = $"Object {no}: a column is gone.", Retryable = false },
        })],
    });

    Task<List<int>> OffsetsAsync(SagaJob job) => bench.ListAsync<int>(
        $"""select object_no as "Value" from coordinator.object_offset where pipeline_id = {job.PipelineId} order by object_no""");

    static Task<string> ReasonAsync(SagaJob job, int of) => job.ValueAsync<string>(
        $"""select blocked_code || ': ' || blocked_sentence as "Value" from coordinator.job_object where job_id = {job.Id} and object_no = {of}""");
}
