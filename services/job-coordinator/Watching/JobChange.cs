using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>A job that has changed, as it stands. Its messages are made once for all watchers, and never altered.</summary>
sealed class JobChange(JobRow row, DateTimeOffset at, V1.Job? full)
{
    V1.Job? _basic;

    public JobRow Row => row;

    public V1.Job Basic => _basic ??= JobMessages.Of(row, at);

    /// <summary>With its objects; there where somebody wanted it so.</summary>
    public V1.Job Full => full ?? throw new InvalidOperationException("Nobody wanted this job in full.");
}
