namespace Headgate.Bench.Signals;

/// <summary>A job of MassTransit's own job consumer, which does nothing until it is canceled.</summary>
sealed record WaitForCancel
{
    public required Guid Id { get; init; }
}
