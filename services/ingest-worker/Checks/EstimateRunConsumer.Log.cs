namespace Headgate.IngestWorker.Checks;

sealed partial class EstimateRunConsumer
{
    [LoggerMessage(LogLevel.Warning, "A run of {Project}/{Pipeline} could not be estimated: {Code}")]
    partial void LogNotEstimated(string project, string pipeline, string code);
}
