using MassTransit;

namespace Headgate.SagaRepository.CrashHost.Tallies;

/// <summary>Counts numbers: each once, whatever arrives how often.</summary>
public sealed class Tally : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = null!;

    public string Label { get; set; } = "";

    public int Total { get; set; }

    /// <summary>Duplicates seen.</summary>
    public int Repeats { get; set; }

    public List<int> Numbers { get; set; } = [];
}
