using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>What a client has in its list, as far as it can leave it again: of jobs that have ended only those that are deleted do.</summary>
/// <param name="selection">Which jobs the list is of.</param>
/// <param name="isBegun">Whether the list was begun by this stream; one that is gone on with may hold what nobody remembers.</param>
sealed class ListedJobs(JobSelection selection, bool isBegun)
{
    readonly Dictionary<Guid, bool> _open = [];

    /// <summary>What a job's state means for the list.</summary>
    /// <returns>True: it is to be shown; false: it is to be removed; null: neither.</returns>
    public bool? Judge(JobRow job)
    {
        var isIn = selection.Lets(job);
        var wasIn = _open.TryGetValue(job.Id, out var was) ? was : !isBegun;
        if (job.Finished is not null) _open.Remove(job.Id);
        else if (selection.States is not null) _open[job.Id] = isIn;
        if (isIn) return true;
        // A Request ID is never lost again: whoever asks for another one never had this job.
        var couldBe = selection.RequestId is null || selection.RequestId == job.RequestId;
        return couldBe && (wasIn || (job.Deleted is not null && selection.LetsThoughDeleted(job))) ? false : null;
    }
}
