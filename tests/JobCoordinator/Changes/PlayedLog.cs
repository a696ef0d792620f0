using System.Collections.Concurrent;
using Headgate.Connectors;
using Headgate.Connectors.Changes;
using Headgate.Contracts.Steps;

namespace Headgate.JobCoordinator.Tests.Changes;

/// <summary>A change log of numbered changes, of which each reads a page.</summary>
sealed class PlayedLog
{
    readonly TaskCompletionSource _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many changes there are.</summary>
    public int Changes { get; init; } = 10;

    public int PageSize { get; init; } = 3;

    /// <summary>How long each change's value is.</summary>
    public int ValueLength { get; init; } = 3;

    /// <summary>What the key's field is called.</summary>
    public string KeyField { get; init; } = "id";

    /// <summary>Thrown by every read.</summary>
    public string? Problem { get; init; }

    /// <summary>The first who is to read on behind this change waits until he is ended.</summary>
    public int? HaltBehind { get; init; }

    /// <summary>What happens before changes from this one on are read.</summary>
    public Func<int, Task> Before { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<ChangeQuery> Asked { get; } = new();

    public ConcurrentQueue<RejectQuery> AskedRejects { get; } = new();

    /// <summary>Somebody waits there.</summary>
    public Task HaltedAsync => _halted.Task;

    /// <summary>Whoever waits there was ended.</summary>
    public Task EndedAsync => _ended.Task;

    public async Task<ChangePage> ReadAsync(ChangeQuery query, CancellationToken cancellationToken)
    {
        Asked.Enqueue(query);
        if (Problem is { } code) throw new ConnectorException(new Problem { Code = code, Sentence = "It is played.", Retryable = true });
        var first = (int)(query.After ?? 0) + 1;
        await Before(first);
        if (first > HaltBehind && _halted.TrySetResult())
        {
            cancellationToken.Register(() => _ended.TrySetResult());
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var last = Math.Min(first + PageSize - 1, Changes);
        return new ChangePage([.. Enumerable.Range(first, Math.Max(last - first + 1, 0)).Select(Change)], last, IsLast: last == Changes);
    }

    /// <summary>As many as there are changes.</summary>
    public RejectPage Rejects(RejectQuery query)
    {
        AskedRejects.Enqueue(query);
        var first = (int)(query.After?.RowNo ?? 0) + 1;
        var last = Math.Min(first + query.Limit - 1, Changes);
        return new RejectPage(
            [
                .. Enumerable.Range(first, last - first + 1).Select(number => new LoggedReject
                {
                    Place = new RejectPlace(1, 0, 0, number), Sentence = "It does not fit.", Waiting = false, At = DateTimeOffset.UnixEpoch, SqlState = "22001",
                    Key = [KeyValuePair.Create<string, string?>("id", $"{number}")], Record = [KeyValuePair.Create<string, string?>("note", null)],
                }),
            ],
            last == Changes);
    }

    LoggedChange Change(int number) => new()
    {
        Sequence = number,
        Attempt = 1,
        ObjectNo = 0,
        Operation = LoggedOperation.Update,
        Key = [KeyValuePair.Create<string, string?>(KeyField, $"{number}")],
        Fields = [new LoggedField("note", null, new string('x', ValueLength))],
    };
}
