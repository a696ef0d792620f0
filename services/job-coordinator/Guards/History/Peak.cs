using System.Text.Json.Serialization;

namespace Headgate.JobCoordinator.Guards.History;

/// <summary>A share that a run has had.</summary>
/// <param name="Job">The number of its job; 0: not known.</param>
/// <param name="Share">From 0 to 1.</param>
[JsonConverter(typeof(PeakConverter))]
sealed record Peak(long Job, double Share);
