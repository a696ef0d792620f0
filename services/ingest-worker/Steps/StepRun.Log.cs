using Headgate.Contracts.Steps;

namespace Headgate.IngestWorker.Steps;

sealed partial class StepRun
{
    [LoggerMessage(LogLevel.Information, "{Step} skipped (object {ObjectNo}, segment {SegmentNo}): {Why}")]
    partial void LogSkipped(JobStep step, int? objectNo, int? segmentNo, string why);

    [LoggerMessage(LogLevel.Warning, "{Step} failed (object {ObjectNo}, segment {SegmentNo}): {Code} {SqlState}")]
    partial void LogFailed(JobStep step, int? objectNo, int? segmentNo, string code, string? sqlState);

    // The stack, never the message: an unexpected exception's message can quote a value.
    [LoggerMessage(LogLevel.Error, "{Step} met an unexpected {Type} {SqlState} (object {ObjectNo}, segment {SegmentNo})\n{Stack}")]
    partial void LogUnexpected(JobStep step, int? objectNo, int? segmentNo, string? type, string? sqlState, string? stack);
}
