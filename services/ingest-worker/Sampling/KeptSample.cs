using Headgate.Connectors.Comparing;

namespace Headgate.IngestWorker.Sampling;

/// <summary>A record that a dry run shows.</summary>
/// <param name="Copy">The staged file that it is of: with another copy of it, it is void.</param>
/// <param name="Record">The record.</param>
sealed record KeptSample(Guid Copy, SampledRecord Record);
