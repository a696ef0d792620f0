namespace Headgate.PipelineFiles.Rules;

/// <summary>Reads a single value; answers what is wrong with it, or null.</summary>
delegate string? Check<T>(string text, out T value);

/// <summary>What a single value has to be.</summary>
sealed record Rule<T>(string Expected, Check<T> Check);
