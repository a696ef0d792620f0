namespace Headgate.JobCoordinator.Jobs;

sealed partial class JobTelemetry
{
    [LoggerMessage(1, LogLevel.Information, "Job {JobId} of {Project}/{Pipeline} is {State} (attempt {Attempt}, epoch {Epoch})")]
    partial void LogEntered(Guid jobId, string project, string pipeline, string state, int attempt, int epoch);
}
