using Headgate.Contracts.Comparing;
using Headgate.Contracts.Extraction;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>What the worker published, in the order of arrival.</summary>
sealed class EventTrail :
    IConsumer<JobPrepared>, IConsumer<SegmentExtracted>, IConsumer<SnapshotLost>, IConsumer<SchemaChangesApplied>, IConsumer<ObjectsFinished>,
    IConsumer<SegmentLoaded>, IConsumer<SegmentLost>, IConsumer<JobProgressed>, IConsumer<StepFailed>,
    IConsumer<JobReleased>, IConsumer<RecordsCompared>
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly List<object> _events = [];
    readonly SemaphoreSlim _arrived = new(0);

    public IReadOnlyList<object> All
    {
        get { lock (_events) return [.. _events]; }
    }

    /// <summary>
    /// Takes the next event of the type that was not taken yet; a StepFailed instead of it fails the test with its sentence.
    /// </summary>
    public async Task<T> NextAsync<T>()
        where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            lock (_events)
            {
                if (typeof(T) != typeof(StepFailed) && _events.OfType<StepFailed>().FirstOrDefault() is { } failed)
                    Assert.Fail($"{failed.Problem.Code}: {failed.Problem.Sentence}");
                if (_events.OfType<T>().FirstOrDefault() is { } found)
                {
                    _events.Remove(found);
                    return found;
                }
            }

            await _arrived.WaitAsync(patience.Token);
        }
    }

    public Task Consume(ConsumeContext<JobPrepared> context) => Add(context.Message);

    public Task Consume(ConsumeContext<SegmentExtracted> context) => Add(context.Message);

    public Task Consume(ConsumeContext<SnapshotLost> context) => Add(context.Message);

    public Task Consume(ConsumeContext<SchemaChangesApplied> context) => Add(context.Message);

    public Task Consume(ConsumeContext<ObjectsFinished> context) => Add(context.Message);

    public Task Consume(ConsumeContext<SegmentLoaded> context) => Add(context.Message);

    public Task Consume(ConsumeContext<SegmentLost> context) => Add(context.Message);

    public Task Consume(ConsumeContext<JobProgressed> context) => Add(context.Message);

    public Task Consume(ConsumeContext<StepFailed> context) => Add(context.Message);

    public Task Consume(ConsumeContext<JobReleased> context) => Add(context.Message);

    public Task Consume(ConsumeContext<RecordsCompared> context) => Add(context.Message);

    Task Add(object published)
    {
        lock (_events) _events.Add(published);
        _arrived.Release();
        return Task.CompletedTask;
    }
}
