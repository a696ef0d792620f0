using Headgate.Contracts.Extraction;

namespace Headgate.IngestWorker.Preparation;

/// <summary>An object that was found blocked, and as whom the destination is written.</summary>
sealed record StandingBlock(BlockedObject Described, string Role);
