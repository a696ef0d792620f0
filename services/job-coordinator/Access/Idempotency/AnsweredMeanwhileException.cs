namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>The same call, executed elsewhere at the same time, was answered first.</summary>
sealed class AnsweredMeanwhileException(KnownCall call) : Exception("The call was answered meanwhile.")
{
    public KnownCall Call => call;
}
