namespace Headgate.PipelineFiles.Yaml;

/// <summary>A document: what is in it, and its text from where it begins to where the next one does.</summary>
sealed record YamlDocument(YamlNode Root, string Text);
