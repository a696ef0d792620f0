using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.JobCoordinator.Reading;
using Headgate.JobCoordinator.Recovery;
using Headgate.JobCoordinator.Watching;

namespace Headgate.JobCoordinator.Calls;

/// <summary>Jobs: seeing them, and commanding them. What a method does is in the class that it hands the call to.</summary>
sealed partial class JobCalls(
    JobReads reads, StopReads stops, RecoveryReads recovery, JobWatches watches, JobCommands commands, ManyJobs many) : V1.JobService.JobServiceBase;
