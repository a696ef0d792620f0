using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;
using Headgate.Tests.Servers;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Dry runs from PostgreSQL to PostgreSQL.</summary>
public abstract class DryRunTest : WorkerTest
{
    internal TestDatabase Destination { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Destination = await TestDatabase.CreateAsync("ingest_destination");
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Destination.DisposeAsync();
    }

    internal static CompareRecords Compare(JobUnderTest job, params int[] objects) =>
        new() { JobId = job.JobId, Attempt = job.Attempt, Epoch = job.Epoch, Objects = objects, Mode = CompareMode.DryRun };

    internal Task<JobUnderTest> StageAsync(Sample sample, params string[] tables) => StageAsync(sample, offset: null, tables);

    internal async Task<JobUnderTest> StageAsync(Sample sample, OffsetReference? offset, params string[] tables)
    {
        var job = Job(tables);
        var destination = new SystemReference { Connector = "postgres", Connection = Reference(Destination.ConnectionString) };
        job = job with { Pipeline = job.Pipeline with { Destination = destination } };
        var prepared = await Worker.AskAsync<JobPrepared>(job.PrepareAll(offset) with { Kind = JobKind.DryRun, Sample = sample });
        Assert.All(prepared.Objects, planned => Assert.True(planned.Full));
        foreach (var planned in prepared.Objects)
        {
            for (var segment = 0; segment < planned.SegmentCount; segment++)
            {
                // A chain of all records has as many as it takes.
                for (int? next = segment; next is { } no;) next = (await Worker.AskAsync<SegmentExtracted>(job.Extract(planned.ObjectNo, no))).NextSegmentNo;
            }
        }

        return job;
    }
}
