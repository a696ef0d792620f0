using System.Runtime.InteropServices;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>What a watcher has not been told yet.</summary>
/// <param name="Changes">Each job once, as it stood at the last look.</param>
/// <param name="Snapshot">What that look saw: with this, all that it saw was told.</param>
/// <param name="At">When that was, by the database's clock.</param>
/// <param name="IsTooMuch">So much has changed at once that it is better to begin anew; there are no changes then.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct News(IReadOnlyCollection<JobChange> Changes, Snapshot? Snapshot, DateTimeOffset At, bool IsTooMuch);
