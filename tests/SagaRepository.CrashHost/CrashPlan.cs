namespace Headgate.SagaRepository.CrashHost;

/// <summary>Kills at the given commit of this process; never if that is zero.</summary>
sealed class CrashPlan(int commit)
{
    int commits;

    public bool IsDue() => commit > 0 && Interlocked.Increment(ref commits) >= commit;
}
