using Headgate.Contracts.Runs;

namespace Headgate.JobCoordinator.Calls.Repairs;

/// <summary>What a call asks for, of either kind.</summary>
sealed record AskedRepair
{
    /// <summary>The most keys of one call.</summary>
    public const int MostKeys = 10_000;

    /// <summary>Replay or Rollback.</summary>
    public required JobKind Kind { get; init; }

    /// <summary>The job whose writes it goes by.</summary>
    public required V1.JobReference? Job { get; init; }

    /// <summary>Empty: all.</summary>
    public required string Object { get; init; }

    /// <summary>Empty: all.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Empty: all.</summary>
    public required IReadOnlyList<V1.RecordKey> Keys { get; init; }

    /// <summary>As somebody would type it.</summary>
    public string Verb => Kind == JobKind.Replay ? "replay" : "rollback";
}
