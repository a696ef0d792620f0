using Headgate.Connectors;
using Headgate.Connectors.Fencing;
using Headgate.Contracts.Steps;
using Headgate.JobCoordinator.Fencing;

namespace Headgate.JobCoordinator.Tests.Fencing;

/// <summary>How those that ask at one destination share it.</summary>
public sealed class KeptFenceTests
{
    [Fact]
    public async Task While_a_destination_is_silent_one_tries_and_the_others_hear_at_once()
    {
        await using var kept = Kept();
        await Assert.ThrowsAsync<ConnectorException>(() => kept.AskAsync<int>(FenceGate.Patient, _ => throw Silent(), default));
        var (trying, answer) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var one = kept.AskAsync(FenceGate.Patient, _ => { trying.SetResult(); return answer.Task; }, default);
        await trying.Task;

        var others = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => Assert.ThrowsAsync<ConnectorException>(() => AskAsync(kept, FenceGate.Forced))));

        Assert.All(others, error => Assert.Equal("unreachable", error.Problem.Code));
        answer.SetResult(1);
        Assert.Equal(1, await one);
        Assert.Equal(7, await AskAsync(kept));
    }

    [Fact]
    public async Task Who_waits_for_batches_at_a_destination_that_is_back_keeps_nobody_out()
    {
        await using var kept = Kept();
        await Assert.ThrowsAsync<ConnectorException>(() => kept.AskAsync<int>(FenceGate.Patient, _ => throw Silent(), default));
        var batches = new TaskCompletionSource<int>();
        var waiting = kept.AskAsync(FenceGate.Patient, _ => { kept.Answered(); return batches.Task; }, default);

        Assert.Equal(7, await AskAsync(kept));

        batches.SetResult(1);
        await waiting;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_errors_than_silence_keep_nobody_out_also_after_a_silence(bool wasSilent)
    {
        await using var kept = Kept();
        if (wasSilent) await Assert.ThrowsAsync<ConnectorException>(() => kept.AskAsync<int>(FenceGate.Patient, _ => throw Silent(), default));
        var problem = new Problem { Code = "permission", Sentence = "No.", Retryable = false };
        await Assert.ThrowsAsync<ConnectorException>(() => kept.AskAsync<int>(FenceGate.Patient, _ => throw new ConnectorException(problem), default));
        var (trying, answer) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var one = kept.AskAsync(FenceGate.Patient, _ => { trying.SetResult(); return answer.Task; }, default);
        await trying.Task;

        Assert.Equal(7, await AskAsync(kept));

        answer.SetResult(1);
        await one;
    }

    [Fact]
    public async Task Move_by_force_does_not_queue_behind_those_that_wait_for_batches_in_flight()
    {
        await using var kept = Kept();
        var batches = new TaskCompletionSource<int>();
        var waiting = Enumerable.Range(0, 12).Select(_ => kept.AskAsync(FenceGate.Patient, _ => batches.Task, default)).ToList();

        Assert.Equal(7, await AskAsync(kept, FenceGate.Forced));
        Assert.Equal(7, await AskAsync(kept, FenceGate.None));
        Assert.Equal("fence-crowded", (await Assert.ThrowsAsync<ConnectorException>(() => AskAsync(kept))).Problem.Code);

        batches.SetResult(1);
        await Task.WhenAll(waiting);
        Assert.Equal(7, await AskAsync(kept));
    }

    static KeptFence Kept() => new(new NoFence(), TimeSpan.FromMilliseconds(20));

    static Task<int> AskAsync(KeptFence kept, FenceGate gate = FenceGate.Patient) => kept.AskAsync(gate, _ => Task.FromResult(7), default);

    static ConnectorException Silent() => new(new Problem { Code = "unreachable", Sentence = "The fence cannot be reached.", Retryable = true });

    sealed class NoFence : IFence
    {
        public Task<string> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FenceMoveResult> MoveAsync(FenceMove move, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<LedgerEntry>> ReadLedgerAsync(Guid jobId, int attempt, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
