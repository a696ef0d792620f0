using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Fencing;

/// <summary>A kept fence in somebody's hand.</summary>
sealed class BorrowedFence(KeptFence kept, Action giveBack) : IFence
{
    public Task<string> CheckAsync(CancellationToken cancellationToken) =>
        kept.AskAsync(FenceGate.None, fence => fence.CheckAsync(cancellationToken), cancellationToken);

    public Task<DestinationIdentity> IdentifyAsync(CancellationToken cancellationToken) =>
        kept.AskAsync(FenceGate.None, fence => fence.IdentifyAsync(cancellationToken), cancellationToken);

    public Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken) =>
        MoveAsync(move, _ => Task.CompletedTask, cancellationToken);

    public Task<FenceMoveResult> MoveAsync(FenceMove move, Func<DestinationIdentity, Task> admit, CancellationToken cancellationToken) =>
        kept.AskAsync(
            move.Force ? FenceGate.Forced : FenceGate.Patient,
            fence => fence.MoveAsync(
                move,
                identity =>
                {
                    kept.Answered();
                    return admit(identity);
                },
                cancellationToken),
            cancellationToken);

    public Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
        kept.AskAsync(FenceGate.None, fence => fence.ReadLedgerAsync(jobId, attempt, cancellationToken), cancellationToken);

    public ValueTask DisposeAsync()
    {
        giveBack();
        return ValueTask.CompletedTask;
    }
}
