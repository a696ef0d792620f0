using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Tests.Doubles;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

public sealed class LoadingTests : WorkerTest
{
    static readonly RecordCounts Seven = new() { Written = 7, Inserted = 3, Updated = 2, Unchanged = 1, Rejected = 1 };

    // A tick: every message takes one batch and goes to the end of its lane.
    internal override (string Name, string Value)[] Options => [("HEADGATE_WORKER_YIELD_AFTER", "00:00:00.0000001")];

    [Fact]
    public async Task A_job_goes_its_way_and_a_redelivered_load_writes_nothing()
    {
        var (job, staged) = await StageAsync();
        Assert.Equal([0], (await Worker.AskAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects);
        Assert.Equal([0], (await Worker.AskAsync<SchemaChangesApplied>(job.Apply())).EmptyObjects);

        var loaded = await Worker.AskAsync<SegmentLoaded>(job.Load(staged));
        Assert.Equal((10L, 10L), (loaded.Counts.Written, loaded.Counts.Inserted));
        Assert.Equal(loaded, await Worker.AskAsync<SegmentLoaded>(job.Load(staged)));
        Assert.Single(Ledger(job).Batches);
    }

    [Fact]
    public async Task A_long_load_yields_and_is_taken_up_again_until_it_is_done()
    {
        await Source.ExecuteAsync("insert into a select n, 'x' from generate_series(11, 30000) n");
        var (job, staged) = await StageAsync();

        Assert.Equal(30_000, (await Worker.AskAsync<SegmentLoaded>(job.Load(staged))).Counts.Written);

        Assert.InRange(Ledger(job).Batches.Count, 2, 15);
        Assert.Equal(30_000, Ledger(job).Batches.Sum(batch => batch.Rows));
    }

    [Fact]
    public async Task A_staged_file_that_is_gone_is_lost()
    {
        var (job, staged) = await StageAsync();
        foreach (var file in Directory.GetFiles(StagingPath, "*.seg", SearchOption.AllDirectories)) File.Delete(file);
        Assert.Equal((0, 0), await LostAsync(job, staged));
    }

    [Fact]
    public async Task A_staged_file_that_is_damaged_is_lost()
    {
        var (job, staged) = await StageAsync();
        foreach (var file in Directory.GetFiles(StagingPath, "*.seg", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[5] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }

        Assert.Equal((0, 0), await LostAsync(job, staged));
    }

    [Fact]
    public async Task A_copy_that_was_not_sealed_is_lost()
    {
        var (job, staged) = await StageAsync();
        Assert.Equal((0, 0), await LostAsync(job, staged with { Copy = Guid.NewGuid() }));
    }

    [Fact]
    public async Task A_load_behind_the_fence_says_nothing()
    {
        var (job, staged) = await StageAsync();
        Worker.Destination.IsOpen = false;
        var anyRate = new JobRate(new RateSetting(0, 0));
        Assert.IsType<LoadOutcome.Skipped>(await Worker.Get<SegmentLoader>().RunAsync(job.Load(staged), anyRate, default, default));
        Assert.Empty(Worker.Trail.All.OfType<SegmentLoaded>());
    }

    [Fact]
    public async Task An_error_becomes_a_failed_step_that_names_the_segment()
    {
        var (job, staged) = await StageAsync();
        Worker.Destination.Troubles.Enqueue(MemoryDestination.Trouble(isRetryable: false));

        var failed = await Worker.AskAsync<StepFailed>(job.Load(staged));

        Assert.Equal((JobStep.Load, 0, 0, "unreachable"), (failed.Step, failed.ObjectNo, failed.SegmentNo, failed.Problem.Code));
    }

    [Fact]
    public async Task An_unexpected_error_tells_its_type_and_nothing_else()
    {
        var (job, staged) = await StageAsync();
        Worker.Destination.Troubles.Enqueue(new InvalidCastException("planted-value"));

        var failed = await Worker.AskAsync<StepFailed>(job.Load(staged));

        Assert.Equal(("internal", false), (failed.Problem.Code, failed.Problem.Retryable));
        Assert.Contains(nameof(InvalidCastException), failed.Problem.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-value", failed.Problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_told_while_a_segment_is_in_hand()
    {
        var (job, staged) = await StageAsync();
        using var hand = Worker.Get<ProgressReporter>().Take(job.Load(staged));
        hand.Report(Seven);

        var progressed = await Worker.Trail.NextAsync<JobProgressed>();
        // The same number again is a sign of life.
        hand.Report(Seven);
        var again = await Worker.Trail.NextAsync<JobProgressed>();

        var segment = new SegmentProgress { ObjectNo = 0, SegmentNo = 0, Written = 7, Inserted = 3, Updated = 2, Unchanged = 1, Rejected = 1 };
        Assert.All([progressed, again], told => Assert.Equal((job.JobId, segment), (told.JobId, Assert.Single(told.Segments))));
    }

    [Fact]
    public async Task Progress_that_the_broker_did_not_take_is_told_again()
    {
        var (job, staged) = await StageAsync();
        var refusal = new FirstRefused();
        using var observed = Worker.Get<IBus>().ConnectPublishObserver(refusal);
        using var hand = Worker.Get<ProgressReporter>().Take(job.Load(staged));
        hand.Report(Seven);

        var progressed = await Worker.Trail.NextAsync<JobProgressed>();

        Assert.Equal((true, 7L), (refusal.HasRefused, Assert.Single(progressed.Segments).Written));
    }

    /// <summary>Lets the first telling of progress fail, as it does without a broker.</summary>
    sealed class FirstRefused : IPublishObserver
    {
        public bool HasRefused { get; private set; }

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class
        {
            if (HasRefused || context.Message is not JobProgressed) return Task.CompletedTask;
            HasRefused = true;
            throw new IOException("The broker is away.");
        }

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Task.CompletedTask;

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Task.CompletedTask;
    }

    MemoryLedger Ledger(JobUnderTest job) => Worker.Destination.Ledgers[(job.JobId, 0, 0)];

    async Task<(JobUnderTest Job, SegmentExtracted Staged)> StageAsync()
    {
        var job = Job("a");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        return (job, await Worker.AskAsync<SegmentExtracted>(job.Extract(0, 0)));
    }

    async Task<(int ObjectNo, int SegmentNo)> LostAsync(JobUnderTest job, SegmentExtracted staged)
    {
        var lost = await Worker.AskAsync<SegmentLost>(job.Load(staged));
        return (lost.ObjectNo, lost.SegmentNo);
    }
}
