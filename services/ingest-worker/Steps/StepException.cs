using Headgate.Contracts.Steps;

namespace Headgate.IngestWorker.Steps;

/// <summary>A step cannot be taken, for a reason that the worker itself found. Bears no record value.</summary>
sealed class StepException(Problem problem) : Exception(problem.Sentence)
{
    public StepException(string code, string sentence, bool retryable = false)
        : this(new Problem { Code = code, Sentence = sentence, Retryable = retryable })
    {
    }

    public Problem Problem { get; } = problem;
}
