using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>The jobs that a call is about, as one look has found them.</summary>
/// <param name="Named">Their ids, in the order of the answers.</param>
/// <param name="Jobs">Those that are there for the caller.</param>
/// <param name="At">When, by the database's clock.</param>
sealed record FoundJobs(IReadOnlyList<Guid> Named, IReadOnlyDictionary<Guid, JobRow> Jobs, DateTimeOffset At)
{
    /// <summary>In their order.</summary>
    public IEnumerable<JobRow> InOrder => Named.Where(Jobs.ContainsKey).Select(id => Jobs[id]);
}
