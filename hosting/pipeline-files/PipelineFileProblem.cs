namespace Headgate.PipelineFiles;

/// <summary>Why a pipeline file is refused. It never repeats a value that could be a secret.</summary>
public sealed record PipelineFileProblem
{
    /// <summary>The file, as the caller named it.</summary>
    public required string File { get; init; }

    /// <summary>The line, from 1; 0: the file as a whole.</summary>
    public required int Line { get; init; }

    /// <summary>The column, from 1; 0: the file as a whole.</summary>
    public required int Column { get; init; }

    /// <summary>The field's path, for example spec.objects[0].key; empty: the document or the file.</summary>
    public required string Field { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What would be accepted.</summary>
    public required string Expected { get; init; }

    /// <summary>One line for people: file:line:column field: message; expected ...</summary>
    public override string ToString() =>
        $"{File}{(Line > 0 ? $":{Line}:{Column}" : "")}{(Field.Length > 0 ? $" {Field}" : "")}: {Message}; expected {Expected}";
}
