namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>Warnings about files, as calls show them.</summary>
static class FileWarnings
{
    public static V1.PipelineFileWarning Shown(PipelineFiles.PipelineFileWarning warning) => new()
    {
        File = warning.File,
        Line = warning.Line,
        Column = warning.Column,
        Field = warning.Field,
        Message = warning.Message,
    };
}
