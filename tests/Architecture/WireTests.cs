using Headgate.Contracts.Jobs;
using MassTransit;

namespace Headgate.Architecture.Tests;

/// <summary>The names of messages on the wire: moving one to another namespace breaks whoever has it in a queue.</summary>
public sealed class WireTests
{
    [Fact]
    public async Task Message_names_are_those_of_the_snapshot()
    {
        var names = typeof(AcceptJob).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.Namespace != "Headgate.Contracts.Pipelines")
            .Select(type => $"{MessageUrn.ForTypeString(type)} {string.Join(' ', type.GetProperties().Where(property => property.Name != "EqualityContract").Select(property => property.Name).Order(StringComparer.Ordinal))}\n")
            .Order(StringComparer.Ordinal).ToList();
        // Beside the test's binaries, to be copied over the snapshot after a wanted change.
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "wire.snapshot"), string.Concat(names));
        var snapshot = Path.Combine(Repository.Root, "tests", "Architecture", "wire.snapshot");
        Assert.Equal(await File.ReadAllTextAsync(snapshot), string.Concat(names));
    }
}
