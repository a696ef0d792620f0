using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Runs;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Makes the commands of one job.</summary>
sealed record JobUnderTest
{
    public Guid JobId { get; init; } = Guid.NewGuid();

    public Guid PipelineId { get; init; } = Guid.NewGuid();

    public int Attempt { get; init; } = 1;

    public int Epoch { get; init; } = 1;

    public required PipelineDefinition Pipeline { get; init; }

    public OffsetReference Offset => new() { JobId = JobId, Attempt = Attempt };

    public PrepareJob Prepare(params (int No, OffsetReference? Offset, int First)[] objects) => new()
    {
        JobId = JobId,
        Attempt = Attempt,
        Epoch = Epoch,
        PipelineId = PipelineId,
        Pipeline = Pipeline,
        Kind = JobKind.Historical,
        Objects = [.. objects.Select(asked =>
            new ObjectToPlan { ObjectNo = asked.No, Offset = asked.Offset, FirstSegmentNo = asked.First })],
    };

    public PrepareJob PrepareAll(OffsetReference? offset = null) =>
        Prepare([.. Enumerable.Range(0, Pipeline.Objects.Count).Select(no => (no, offset, 0))]);

    public ExtractSegment Extract(int objectNo, int segmentNo) =>
        new() { JobId = JobId, Attempt = Attempt, Epoch = Epoch, ObjectNo = objectNo, SegmentNo = segmentNo };

    public ApplySchemaChanges Apply() => new() { JobId = JobId, Attempt = Attempt, Epoch = Epoch };

    public LoadSegment Load(SegmentExtracted staged) => new()
    {
        JobId = JobId,
        Attempt = Attempt,
        Epoch = Epoch,
        ObjectNo = staged.ObjectNo,
        SegmentNo = staged.SegmentNo,
        Copy = staged.Copy,
        Rows = staged.Rows,
        Empty = true,
    };

    public ReleaseJob Release(bool staging) => new() { JobId = JobId, Attempt = Attempt, Epoch = Epoch, Staging = staging };
}
