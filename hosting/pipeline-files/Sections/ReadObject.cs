using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Yaml;

namespace Headgate.PipelineFiles.Sections;

/// <summary>An object and the place of its destination.</summary>
sealed record ReadObject(ObjectDefinition Definition, string Path, Position To);
