using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>Tells a destination that cannot be asked from one that says no.</summary>
static class Away
{
    /// <summary>Nothing answers there.</summary>
    public static bool IsSilent(Problem problem) => problem.Code == "unreachable";

    /// <summary>
    /// The fence that was opened cannot be asked, for whatever reason: so nobody can tell whether writes still commit behind it. A
    /// standby cannot either, nor another destination that the connection leads to by now.
    /// </summary>
    public static bool Is(Problem problem) => problem.Code is "unreachable" or "tls" or "password" or "database-missing"
        or "connection-reference" or "connection-invalid" or "too-many-connections" or "read-only" or "destination-changed";
}
