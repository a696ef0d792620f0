using System.Globalization;
using Headgate.Contracts.Guards;

namespace Headgate.JobCoordinator.Guards;

/// <summary>Trips where all of an object would be read, its last runs read what had changed, and nobody has said that it is meant.</summary>
static class FullLoadJudge
{
    /// <summary>So many runs in a row make it a habit.</summary>
    public const int RunsNeeded = 3;

    /// <param name="read">What the run is about to read.</param>
    /// <param name="isConfirmed">Whether who asked for the run has seen what it would read, and said so.</param>
    public static Judgement Judge(ObjectRead read, bool isConfirmed)
    {
        var parts = read.History.PartsInARow;
        return (read.Full, isConfirmed) switch
        {
            (false, _) => Of(read, JudgementOutcome.Passed, $"Of {read.Object} the run reads what has changed."),
            (_, true) => Of(read, JudgementOutcome.Passed, $"All of {read.Object} is read, as was confirmed."),
            _ when read.History.Count < RunsNeeded => Of(
                read, JudgementOutcome.NotYet,
                string.Create(CultureInfo.InvariantCulture, $"Of {read.Object} {Runs(read.History.Count)} completed so far; it takes {RunsNeeded} to judge a full load.")),
            _ when parts < RunsNeeded => Of(read, JudgementOutcome.Passed, $"All of {read.Object} is read, as in one of its last {RunsNeeded} runs."),
            _ => Of(
                read, JudgementOutcome.Tripped,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"All of {read.Object} would be read, where its last {parts:N0} runs read what had changed, and nobody has confirmed it: {Why(read)}.")),
        };
    }

    static string Why(ObjectRead read) => read switch
    {
        { IsResync: true } => "the run is a resync",
        { IsNew: true } => "the destination lacks the table or one of its fields",
        { HasOffset: false } => "its mapping, filter, key, cursor or connection is another one than before, or it was left out meanwhile",
        _ => "the source cannot tell any more what has changed",
    };

    static string Runs(int count) => count switch
    {
        0 => "no run has",
        1 => "one run has",
        _ => $"{count} runs have",
    };

    static Judgement Of(ObjectRead read, JudgementOutcome outcome, string sentence) => new()
    {
        Guard = Guard.FullLoad,
        Measure = Measures.None,
        Outcome = outcome,
        Sentence = sentence,
        Object = read.Object,
    };
}
