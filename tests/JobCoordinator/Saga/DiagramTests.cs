using Headgate.JobCoordinator.Jobs;
using MassTransit;

namespace Headgate.JobCoordinator.Tests.Saga;

public sealed class DiagramTests
{
    [Fact]
    public async Task Diagram_in_the_documentation_is_the_machines_own()
    {
        // Beside the test's binaries, to be copied into the documentation after a wanted change.
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "diagram.mermaid"), Diagram());
        var documented = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "job-lifecycle.md"));
        Assert.Contains($"```mermaid\n{Diagram()}```", documented, StringComparison.Ordinal);
    }

    static string Diagram()
    {
        var walk = new MachineMoves<SyncJob>();
        ((StateMachine<SyncJob>)new SyncJobStateMachine()).Accept(walk);
        var moves = walk.Moves.Distinct().GroupBy(move => (move.From, move.To), move => move.Event)
            .Select(group => $"    {group.Key.From} --> {group.Key.To}: {string.Join(", ", group.Order(StringComparer.Ordinal))}\n");
        return "stateDiagram-v2\n" + string.Concat(moves.Order(StringComparer.Ordinal));
    }
}
