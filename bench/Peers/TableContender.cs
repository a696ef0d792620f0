using Headgate.Bench.Measuring;
using Headgate.Bench.Stack;
using Headgate.Bench.Tables;

namespace Headgate.Bench.Peers;

/// <summary>Copies one table into a database where it is not yet, to be equal to its source afterwards.</summary>
abstract class TableContender(string name, Database destination, string table, EndState expected) : IContender
{
    public string Name => name;

    public virtual string? Missing => null;

    protected Database Destination => destination;

    protected string Table => table;

    public virtual Task PrepareAsync(CancellationToken cancellationToken) => DropAsync(cancellationToken);

    public abstract Task<Measure> RunAsync(CancellationToken cancellationToken);

    public async Task<string?> DifferenceAsync(CancellationToken cancellationToken) =>
        expected.DifferenceFrom(await EndState.OfAsync(destination, table, cancellationToken));

    public virtual Task CleanUpAsync(CancellationToken cancellationToken) => DropAsync(cancellationToken);

    protected Task DropAsync(CancellationToken cancellationToken) => destination.ExecuteAsync($"drop table if exists {table}", cancellationToken);
}
