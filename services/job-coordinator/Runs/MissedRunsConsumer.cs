using Headgate.Contracts.Starts;
using Headgate.JobCoordinator.Database;
using MassTransit;

namespace Headgate.JobCoordinator.Runs;

/// <summary>Records runs that came due while no scheduler looked: nothing that was due is without a job or a reason.</summary>
sealed class MissedRunsConsumer(CoordinatorDbContext db) : IConsumer<RecordMissedRuns>
{
    public async Task Consume(ConsumeContext<RecordMissedRuns> context)
    {
        await SkippedRuns.AddAsync(db, context.Message, Why(context.Message));
        await SkippedRuns.NoteDueAsync(db, context.Message.PipelineId, context.Message.LastDue);
    }

    static string Why(RecordMissedRuns missed)
    {
        var came = $"no scheduler looked when {(missed.Count == 1 ? "it" : "they")} came due";
        return missed.MadeUpForBy is { } due
            ? $"{came}; the run of {due.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC makes up for {(missed.Count == 1 ? "it" : "them")}"
            : $"{came}, and the schedule skips what is missed";
    }
}
