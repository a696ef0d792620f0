using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>Copies the many small tables into a database where they are not yet.</summary>
/// <param name="name">Its name.</param>
/// <param name="destination">Where to.</param>
/// <param name="expected">What is to be there afterwards.</param>
/// <param name="run">What is measured.</param>
sealed class ManyContender(string name, Database destination, EndState expected, Func<CancellationToken, Task<Measure>> run) : IContender
{
    public string Name => name;

    public Task PrepareAsync(CancellationToken cancellationToken) => ManyTables.DropAsync(destination, cancellationToken);

    public Task<Measure> RunAsync(CancellationToken cancellationToken) => run(cancellationToken);

    public async Task<string?> DifferenceAsync(CancellationToken cancellationToken) =>
        expected.DifferenceFrom(await ManyTables.StateAsync(destination, cancellationToken));

    public Task CleanUpAsync(CancellationToken cancellationToken) => ManyTables.DropAsync(destination, cancellationToken);
}
