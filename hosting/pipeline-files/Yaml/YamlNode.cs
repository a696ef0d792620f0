namespace Headgate.PipelineFiles.Yaml;

/// <summary>A node with its place, and with what makes it unacceptable wherever it stands (an alias, a tag, ...).</summary>
abstract record YamlNode(Position Position, string? Flaw)
{
    /// <summary>How a message calls it.</summary>
    public abstract string Noun { get; }
}

sealed record YamlScalar(Position Position, string? Flaw, string Text, bool Plain) : YamlNode(Position, Flaw)
{
    public override string Noun => IsNull ? "empty" : "a single value";

    public bool IsNull => Plain && Text is ("" or "~" or "null" or "Null" or "NULL");
}

sealed record YamlSequence(Position Position, string? Flaw, IReadOnlyList<YamlNode> Items) : YamlNode(Position, Flaw)
{
    public override string Noun => "a list";
}

sealed record YamlMapping(Position Position, string? Flaw, IReadOnlyList<YamlEntry> Entries) : YamlNode(Position, Flaw)
{
    public override string Noun => "a mapping";
}

sealed record YamlEntry(YamlNode Key, YamlNode Value);
