using MassTransit;

namespace Headgate.SagaRepository.Tests.Mapping;

/// <summary>A saga with every kind of column that the model can describe.</summary>
public sealed class Parcel : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public ParcelSize Size { get; set; }

    public ParcelSize? WrappedSize { get; set; }

    public int? Weight { get; set; }

    public DateTimeOffset PostedAt { get; set; }

    public DateTimeOffset? DeliveredAt { get; set; }

    public Uri? Tracking { get; set; }

    public Dictionary<string, int> Stamps { get; set; } = [];

    public List<string> Stops { get; set; } = [];

    public int Priority { get; set; }

    public uint Version { get; set; }
}
