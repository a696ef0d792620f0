namespace Headgate.PipelineFiles;

/// <summary>What a file says that its author should know of, though nothing is wrong with it.</summary>
public sealed record PipelineFileWarning
{
    /// <summary>The file, as the caller named it.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The column, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>The field's path, for example spec.schedule.</summary>
    public required string Field { get; init; }

    /// <summary>What is to be known of it.</summary>
    public required string Message { get; init; }

    /// <summary>One line for people: file:line:column field: message.</summary>
    public override string ToString() => $"{File}:{Line}:{Column} {Field}: {Message}";
}
