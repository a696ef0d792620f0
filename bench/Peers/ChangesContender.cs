using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>Brings a destination, which was equal before, the changes of a round.</summary>
abstract class ChangesContender(string name, Database destination, ChangingRecords records) : IContender
{
    int _round = -1;

    public string Name => name;

    protected ChangingRecords Records => records;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await records.ChangeAsync(++_round, cancellationToken);
        await destination.ExecuteAsync($"vacuum (analyze) {ChangingRecords.Table}", cancellationToken);
    }

    public abstract Task<Measure> RunAsync(CancellationToken cancellationToken);

    public async Task<string?> DifferenceAsync(CancellationToken cancellationToken) =>
        records.Expected.DifferenceFrom(await EndState.OfAsync(destination, ChangingRecords.Table, cancellationToken));

    public Task CleanUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
