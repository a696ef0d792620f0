namespace Headgate.JobCoordinator.Guards;

/// <summary>What came of a guard's look at a job.</summary>
enum JudgementOutcome
{
    /// <summary>Nothing to say against it.</summary>
    Passed,

    /// <summary>It is not as it was so far.</summary>
    Tripped,

    /// <summary>There is too little to judge by.</summary>
    NotYet,
}
