using Headgate.Connectors;
using Headgate.Connectors.Destinations;
using Headgate.Contracts.Jobs;
using Headgate.Contracts.Loading;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Faults;
using Headgate.IngestWorker.Configuration;
using Headgate.IngestWorker.Loading;
using Headgate.IngestWorker.Rates;
using Headgate.IngestWorker.Steps;
using Headgate.IngestWorker.Systems;
using Headgate.IngestWorker.Telemetry;

namespace Headgate.IngestWorker.Finishing;

/// <summary>
/// Finishes the objects of a job, a transaction at a time: resume, write, commit, report, check stop. Where to go on is kept at the
/// destination, so that it does not matter how often or by whom it is tried.
/// </summary>
sealed class ObjectFinisher(FinishStore store, SystemConnections systems, ProgressReporter progress, WorkerOptions options, TimeProvider time)
{
    /// <summary>Blocks of a table that the first transaction looks at: what their rows hold beside them may be very much.</summary>
    const int FirstSize = 1;

    /// <param name="finish">The job.</param>
    /// <param name="rate">Its ceiling.</param>
    /// <param name="stopping">Canceled: the transaction in hand is the last.</param>
    /// <param name="cancellationToken">Canceled: it is rolled back.</param>
    public async Task<StepAnswer> RunAsync(FinishObjects finish, JobRate rate, CancellationToken stopping, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(finish, cancellationToken) is not { } job) return new StepAnswer.Nothing("the attempt is not planned any more");
        using var destination = systems.Destination(job.Pipeline.Destination);
        var run = new Run(destination.Value, finish, job, new RowPace(rate, RowPace.Longest, time), time.GetTimestamp(), stopping);
        var vanished = new Dictionary<int, long>();
        var left = await LeftAsync(run, vanished, cancellationToken);
        while (left.Count > 0)
        {
            var before = vanished.Values.Sum();
            var (held, problem) = (new List<ObjectToFinish>(), (ConnectorException?)null);
            foreach (var each in left)
            {
                StepAnswer? answer;
                try
                {
                    answer = await FinishAsync(run, each, vanished, cancellationToken);
                }
                catch (ConnectorException error) when (error.Problem.Held || error.Problem.Code == "rows-held")
                {
                    held.Add(each);
                    if (problem is null || problem.Problem.Held) problem = error;
                    continue;
                }

                // Whom an object waits for is told before the message goes to the end of its lane.
                if (answer is StepAnswer.Again && problem is { Problem.Held: true }) throw problem;
                if (answer is not null) return answer;
            }

            // What holds a row may be a row of another object, gone by now. A lock that somebody holds is waited for by the job.
            if (problem is not null && vanished.Values.Sum() == before) throw problem;
            left = held;
        }

        return new StepAnswer.Say(new ObjectsFinished { JobId = finish.JobId, Epoch = finish.Epoch, Vanished = vanished });
    }

    /// <summary>Of very many objects all but a few may be finished: each would take a transaction to say so.</summary>
    static async Task<IReadOnlyList<ObjectToFinish>> LeftAsync(Run run, Dictionary<int, long> vanished, CancellationToken cancellationToken)
    {
        var finished = (await run.Destination.FindFinishedAsync(TicketOf(run), cancellationToken))
            .ToDictionary(read => (read.ObjectNo, read.ReadNo), read => read.Vanished);
        var left = new List<ObjectToFinish>();
        foreach (var each in run.Job.Objects)
        {
            if (finished.TryGetValue((each.Plan.ObjectNo, each.Plan.ReadNo), out var rows)) vanished[each.Plan.ObjectNo] = rows;
            else left.Add(each);
        }

        return left;
    }

    /// <returns>Null: the object is finished.</returns>
    async Task<StepAnswer?> FinishAsync(Run run, ObjectToFinish each, Dictionary<int, long> vanished, CancellationToken cancellationToken)
    {
        if (each.Segments is not { } segments) throw new StepException("read-in-doubt", $"Object {each.Plan.To}: a segment of its read was not staged.");
        using var hand = progress.Take(run.Finish, each.Plan.ObjectNo);
        var ticket = TicketOf(run, each.Plan, segments);
        var (size, patience) = (new BatchSize(run.Job.Pipeline.Load.BatchTarget, FirstSize), new Patience(time));
        while (true)
        {
            await run.Pace.WaitAsync(run.Stopping, cancellationToken);
            if (run.Stopping.IsCancellationRequested) return new StepAnswer.Nothing("no further batch, since the job is being stopped");
            // Once what was taken is paid for, which the next message would not know of.
            if (time.GetElapsedTime(run.Began) >= options.YieldAfter) return new StepAnswer.Again();
            var began = time.GetTimestamp();
            var blocks = run.Pace.CapBlocks(size.Next(0, int.MaxValue));
            await FaultPoint.ReachedAsync(FaultPoints.BatchNotBegun, nameof(JobStep.Finish));
            var batch = await run.Destination.FinishBatchAsync(ticket, each.Plan, blocks, cancellationToken);
            await FaultPoint.ReachedAsync(FaultPoints.BatchCommitted, nameof(JobStep.Finish));
            if (batch.Skipped is { } reason)
            {
                // Another delivery that is about to end is waited for: nobody else would go on.
                if (reason is SkipReason.InHand && await patience.WaitAsync(cancellationToken)) continue;
                return reason is SkipReason.DestinationChanged
                    ? throw new StepException(Problems.DestinationChanged(each.Plan.To))
                    : new StepAnswer.Nothing(reason.ToString());
            }

            vanished[each.Plan.ObjectNo] = batch.Vanished;
            hand.Report(new RecordCounts { Vanished = batch.Vanished });
            WorkerTelemetry.Vanished(batch.Rows);
            size.Committed(blocks, time.GetElapsedTime(began));
            run.Pace.Took(batch.Rows);
            if (batch.Done) return null;
        }
    }

    static JobTicket TicketOf(Run run) =>
        new() { PipelineId = run.Job.PipelineId, JobId = run.Finish.JobId, Attempt = run.Finish.Attempt, Epoch = run.Finish.Epoch };

    static FinishTicket TicketOf(Run run, ObjectPlan plan, IReadOnlyDictionary<int, long> segments) => new()
    {
        Job = TicketOf(run),
        ObjectNo = plan.ObjectNo,
        Segments = segments,
    };

    sealed record Run(
        IDestination Destination, FinishObjects Finish, JobToFinish Job, RowPace Pace, long Began, CancellationToken Stopping);
}
