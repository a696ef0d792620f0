using Headgate.Bench.Measuring;

namespace Headgate.Bench.Batches;

/// <summary>Counts the rows that differ between a destination, which stays as it is, and its source.</summary>
/// <param name="name">As the tables show it.</param>
/// <param name="expected">How many differ.</param>
abstract class DiffContender(string name, long expected) : IContender
{
    long _found = -1;

    public string Name => name;

    public virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Measure> RunAsync(CancellationToken cancellationToken)
    {
        (_found, var seconds) = await CountAsync(cancellationToken);
        return new Measure(seconds);
    }

    public Task<string?> DifferenceAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_found == expected ? null : $"{_found} rows were found to differ and not {expected}");

    public virtual Task CleanUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected abstract Task<(long Differing, double Seconds)> CountAsync(CancellationToken cancellationToken);
}
