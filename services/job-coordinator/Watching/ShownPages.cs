using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>What each part of a list was read from: a change that this look saw already, or something newer in its place, is no news.</summary>
sealed class ShownPages
{
    readonly List<(JobKey Last, Snapshot Seen)> _pages = [];

    /// <summary>The jobs behind those added before, up to this one.</summary>
    public void Add(JobKey last, Snapshot seen) => _pages.Add((last, seen));

    public bool Know(JobRow job)
    {
        var page = _pages.FindIndex(page => job.Key >= page.Last);
        return page >= 0 && _pages[page].Seen.Sees(job.Changed);
    }

    /// <summary>Once a look saw the end of all that was under way at those of the list, its changes are newer than the list.</summary>
    public void Forget(Snapshot look)
    {
        if (_pages.Count > 0 && _pages.TrueForAll(page => page.Seen.End <= look.FirstUnderWay)) _pages.Clear();
    }
}
