namespace Headgate.Crashes.Tests.Checking;

/// <summary>With no job in motion the fence is closed, at its job's epoch if that one has completed, and never beyond it.</summary>
static class FenceCheck
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(CheckedRun run)
    {
        if (run.Jobs.Any(job => job.IsMoving)) return [];
        var pipeline = await run.State.OneAsync("select pipeline_id from coordinator.pipeline where name = $1", run.Pipeline);
        var rows = await run.Destination.RowsAsync("select job_id, attempt, epoch, open from headgate.fence where pipeline_id = $1", pipeline!);
        if (rows is not [var row]) return run.Jobs.Any(job => job.State == "Completed") ? [Of("there is none, and a job has completed")] : [];
        var (id, attempt, epoch, open) = ((Guid)row[0]!, (int)row[1]!, (int)row[2]!, (bool)row[3]!);
        if (open) return [Of($"it is open for {id}, and no job is in motion")];
        if (run.Jobs.SingleOrDefault(job => job.Id == id) is not { } job) return [Of($"it stands for {id}, which is no job of the pipeline")];
        var isRight = job.State == "Completed"
            ? (attempt, epoch) == (job.Attempt, job.Epoch - await UnmovedAsync(run, job)) : attempt <= job.Attempt && epoch <= job.Epoch;
        return isRight ? [] : [Of($"it stands at attempt {attempt}, epoch {epoch} of {id}, which is {job.State} at attempt {job.Attempt}, epoch {job.Epoch}")];
    }

    // A job that is paused while it is Collecting has its fence closed already: its epoch rises with the pause and with the resume all the same,
    // so that what is older is stale, and nobody moves anything.
    static async Task<long> UnmovedAsync(CheckedRun run, CheckedJob job) => 2 * (long)(await run.State.OneAsync(
        "select count(*) from coordinator.job_stop where job_id = $1 and attempt = $2 and state = 'Collecting' and at_once", job.Id, job.Attempt))!;

    static Finding Of(string sentence) => new(Guarantee.FenceIsClosed, sentence);
}
