using System.Collections.Concurrent;
using Headgate.Connectors.Destinations;
using Headgate.Connectors.Doubts;
using Headgate.Connectors.Fencing;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>Fails over one job, with a text that nobody may see, and says of any other that nothing is open, when it is let.</summary>
sealed class BreakingConnector(Guid broken) : IDestinationConnector
{
    public const string Secret = "hunter2";

    readonly ConcurrentDictionary<Guid, int> _asked = new();
    readonly TaskCompletionSource _askedAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "doubtful";

    public WriteGuarantee Guarantee => WriteGuarantee.Neither;

    public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The broken one was asked about twice.</summary>
    public Task AskedAgain => _askedAgain.Task;

    public int TimesAsked(Guid job) => _asked.GetValueOrDefault(job);

    public IDestination Open(string connection) => throw new NotSupportedException();

    public IFence OpenFence(string connection) => new NoFence();

    public IDoubtLedger OpenDoubts(string connection) => new Ledger(this);

    async Task<long> AskAsync(Guid job, CancellationToken cancellationToken)
    {
        var times = _asked.AddOrUpdate(job, 1, (_, before) => before + 1);
        if (job != broken)
        {
            await Answer.Task.WaitAsync(cancellationToken);
            return 0;
        }

        if (times > 1) _askedAgain.TrySetResult();
        throw new InvalidOperationException(Secret);
    }

    sealed class Ledger(BreakingConnector connector) : IDoubtLedger
    {
        public Task<IReadOnlyList<DoubtRecord>> ListAsync(DoubtQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long> ResolveAsync(Guid jobId, CancellationToken cancellationToken) => connector.AskAsync(jobId, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    sealed class NoFence : IFence
    {
        public Task<string> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
