using System.Globalization;
using Headgate.PipelineFiles.Rules;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles;

/// <summary>Where a pipeline stands in its file: for what a look at the systems that it names finds wrong with it later.</summary>
public sealed class PipelineOrigin
{
    readonly YamlNode document;

    internal PipelineOrigin(string file, int fileNo, YamlDocument document) =>
        (FileName, FileNo, this.document, Text) = (file, fileNo, document.Root, document.Text);

    /// <summary>The file, as the caller named it.</summary>
    public string FileName { get; }

    /// <summary>The file's number among those that were read together, from 0.</summary>
    public int FileNo { get; }

    /// <summary>The pipeline's document of the file, comments and all: what lies before its end and behind the document before.</summary>
    public string Text { get; }

    /// <summary>A problem at the value that the path leads to, or at the last part of it that the file has.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="expected">What would be accepted.</param>
    /// <param name="path">Keys, and numbers of list entries from 0.</param>
    public PipelineFileProblem Problem(string message, string expected, params ReadOnlySpan<string> path)
    {
        var (node, field) = (document, "");
        foreach (var part in path)
        {
            field += node is YamlSequence ? $"[{part}]" : field.Length == 0 ? Shown.Key(part) : $".{Shown.Key(part)}";
            node = Below(node, part) ?? node;
        }

        return new PipelineFileProblem
        {
            File = FileName,
            Line = node.Position.Line,
            Column = node.Position.Column,
            Field = field,
            Message = message,
            Expected = expected,
        };
    }

    static YamlNode? Below(YamlNode node, string part) => node switch
    {
        YamlMapping mapping => mapping.Entries.FirstOrDefault(entry => entry.Key is YamlScalar key && key.Text == part)?.Value,
        YamlSequence list when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var at) => list.Items.ElementAtOrDefault(at),
        _ => null,
    };
}
