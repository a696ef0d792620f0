using Headgate.JobCoordinator.Jobs;
using MassTransit;
using MassTransit.SagaStateMachine;

namespace Headgate.JobCoordinator.Tests.Saga;

public sealed class DiagramTests
{
    [Fact]
    public async Task Diagram_in_the_documentation_is_the_machines_own()
    {
        var documented = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "job-lifecycle.md"));
        Assert.Contains($"```mermaid\n{Diagram()}```", documented, StringComparison.Ordinal);
    }

    static string Diagram()
    {
        var graph = new SyncJobStateMachine().GetGraph();
        var causes = graph.Edges.Where(edge => edge.To.VertexType == typeof(Event)).ToLookup(edge => edge.To, edge => edge.From);
        var moves = from edge in graph.Edges
                    where edge.To.VertexType == typeof(State) && edge.From.VertexType == typeof(Event)
                    from source in causes[edge.From]
                    select $"    {source.Title} --> {edge.To.Title}: {edge.From.Title}";
        return "stateDiagram-v2\n" + string.Concat(moves.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(line => line + "\n"));
    }
}
