using System.Collections.Concurrent;
using Headgate.Contracts.Sources;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>What workers find at the sources of jobs; of all others, that nothing has changed.</summary>
sealed class ComparedSources
{
    readonly ConcurrentDictionary<Guid, PlansCompared?> _found = new();

    /// <summary>Attempts that were asked about, by job.</summary>
    public ConcurrentDictionary<Guid, int> Asked { get; } = new();

    public void Change(Guid job, params string[] sentences) => _found[job] = new PlansCompared
    {
        Changes = [.. sentences.Select(sentence => new ChangedAtSource { ObjectNo = 0, Sentence = sentence })],
        ChangeCount = sentences.Length,
    };

    public void CannotBeLookedAt(Guid job) => _found[job] = new PlansCompared
    {
        Problem = new Contracts.Steps.Problem { Code = "unreachable", Sentence = "The source cannot be reached.", Retryable = true },
    };

    public void NobodyAnswers(Guid job) => _found[job] = null;

    /// <summary>Null: no answer.</summary>
    public PlansCompared? Find(ComparePlans compare)
    {
        Asked[compare.JobId] = compare.Attempt;
        return _found.GetValueOrDefault(compare.JobId, new PlansCompared());
    }
}
