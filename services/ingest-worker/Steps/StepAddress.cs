using Headgate.Contracts.Steps;

namespace Headgate.IngestWorker.Steps;

/// <summary>Which step a message asks for, and the lane that it came by.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Epoch">The message's epoch; every answer bears it.</param>
/// <param name="Step">The step.</param>
/// <param name="Lane">Where the message goes again when the worker stops before it is done.</param>
/// <param name="ObjectNo">The object, if the step is about one.</param>
/// <param name="SegmentNo">The segment, if the step is about one.</param>
sealed record StepAddress(Guid JobId, int Epoch, JobStep Step, string Lane, int? ObjectNo = null, int? SegmentNo = null)
{
    /// <summary>
    /// Whether a stop that is not forced lets what is in hand finish. A batch commits; a read has nothing that would be kept, and a change
    /// of the schema rolls back.
    /// </summary>
    public bool IsDrained => Step is JobStep.Load or JobStep.Finish;

    public StepFailed Failed(Problem problem) =>
        new() { JobId = JobId, Epoch = Epoch, Step = Step, ObjectNo = ObjectNo, SegmentNo = SegmentNo, Problem = problem };
}
