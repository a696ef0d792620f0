using Headgate.Contracts.Runs;

namespace Headgate.JobCoordinator.Jobs;

/// <summary>Groups of kinds of jobs.</summary>
static class JobKinds
{
    /// <summary>Goes by what an earlier job wrote.</summary>
    public static bool IsRepair(this JobKind kind) => kind is JobKind.Replay or JobKind.Rollback;

    /// <summary>Its records are compared before launch: of a rollback they are of no source, and a dry run has no launch.</summary>
    public static bool HasCanary(this JobKind kind) => kind is not (JobKind.Rollback or JobKind.DryRun);

    /// <summary>
    /// Brings the destination to where the source is: what it has read is not read again, and a failure of it is one of its pipeline's runs. After
    /// any other job the next run goes on from where the last such one ended.
    /// </summary>
    public static bool MovesOffsets(this JobKind kind) => kind is JobKind.Historical or JobKind.Incremental or JobKind.Resync;
}
