using Headgate.Connectors.Postgres.Destinations;

namespace Headgate.Connectors.Postgres.Vanished;

/// <summary>A transaction that goes on with the finishing of an object, and where that stands; nowhere, if the transaction was refused.</summary>
sealed record FinishStep(FencedTransaction Transaction, FullRead Read) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Transaction.DisposeAsync();
}
