using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Hosting.Bus;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.JobCoordinator.Tests.UnderLoad;

/// <summary>Jobs share the workers: the load lane is first come, first served, and no job has more segments in it than its parallelism.</summary>
public sealed class FairnessTests
{
    [Fact]
    public async Task Two_hundred_jobs_on_one_worker_advance_side_by_side()
    {
        const int Jobs = 200;
        const int Segments = 8;
        var worker = new Worker(firstRound: Jobs * LoadedCoordinator.Parallelism, enough: Jobs * Segments * 3 / 4);
        await using var loaded = await LoadedCoordinator.StartAsync(Jobs, Segments, "Sealed", bus =>
        {
            bus.AddSingleton(worker);
            bus.AddConsumer<StandInLoader>();
            bus.AddLane(new Lane { Name = Lanes.Load, Concurrency = 1, Configure = (context, lane) => lane.ConfigureConsumer<StandInLoader>(context) });
            bus.AddSendObserver(_ => worker);
        });
        worker.Expect(loaded.Jobs);
        await loaded.SendToAllAsync(job => new ReconcileJob { JobId = job });

        var (fewest, widest) = await worker.Enough.WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Empty(loaded.Faults);
        Assert.InRange(widest, 0, LoadedCoordinator.Parallelism + 1);
        Assert.InRange(fewest, Segments * 3 / 4 - LoadedCoordinator.Parallelism, Segments);
    }

    /// <summary>
    /// Takes segments in the lane's order, once all jobs have theirs in it, and reports each as loaded at once. Looks after each how far
    /// apart the jobs are.
    /// </summary>
    sealed class Worker(int firstRound, int enough) : ISendObserver
    {
        readonly TaskCompletionSource _begin = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<(int Fewest, int Widest)> _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly Dictionary<Guid, int> _taken = [];
        int _sent;
        int _total;
        int _widest;

        public Task<(int Fewest, int Widest)> Enough => _enough.Task;

        public void Expect(IEnumerable<Guid> jobs)
        {
            foreach (var job in jobs) _taken[job] = 0;
        }

        /// <summary>One at a time: the lane hands over the next when this one is done.</summary>
        public async Task TakeAsync(ConsumeContext<LoadSegment> context)
        {
            await _begin.Task;
            var load = context.Message;
            _taken[load.JobId]++;
            _widest = Math.Max(_widest, _taken.Values.Max() - _taken.Values.Min());
            if (++_total == enough) _enough.TrySetResult((_taken.Values.Min(), _widest));
            await context.Publish(new SegmentLoaded
            {
                JobId = load.JobId,
                Epoch = load.Epoch,
                ObjectNo = load.ObjectNo,
                SegmentNo = load.SegmentNo,
                Counts = new RecordCounts { Written = load.Rows, Inserted = load.Rows },
            });
        }

        Task ISendObserver.PreSend<T>(SendContext<T> context) => Task.CompletedTask;

        Task ISendObserver.PostSend<T>(SendContext<T> context)
        {
            if (context.Message is LoadSegment && Interlocked.Increment(ref _sent) == firstRound) _begin.TrySetResult();
            return Task.CompletedTask;
        }

        Task ISendObserver.SendFault<T>(SendContext<T> context, Exception exception) => Task.CompletedTask;
    }

    sealed class StandInLoader(Worker worker) : IConsumer<LoadSegment>
    {
        public Task Consume(ConsumeContext<LoadSegment> context) => worker.TakeAsync(context);
    }
}
