using Headgate.Connectors;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Commands;

/// <summary>Checks pipeline files, and that the coordinator can fence their destinations; takes them over if all is well.</summary>
static class ApplyCommand
{
    public static async Task<int> RunAsync(string path, string actor, CancellationToken cancellationToken)
    {
        var files = PipelineFile.Read(path);
        foreach (var warning in files.Warnings) await Console.Error.WriteLineAsync($"warning: {warning}");
        foreach (var problem in files.Problems) await Console.Error.WriteLineAsync($"error: {problem}");
        if (files.Problems.Count > 0) return 1;

        await using var host = await CommandHost.StartAsync(cancellationToken);
        foreach (var definition in files.Definitions)
        {
            if (await RefusalAsync(host, definition, cancellationToken) is { } refusal)
            {
                await Console.Error.WriteLineAsync($"error: {definition.Project}/{definition.Name}: {refusal}");
                return 1;
            }
        }

        try
        {
            foreach (var definition in files.Definitions) await ApplyAsync(host, definition, actor, cancellationToken);
            return 0;
        }
        catch (TargetTakenException error)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}");
            return 1;
        }
    }

    static async Task<string?> RefusalAsync(CommandHost host, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            await using var fence = host.Fences.Open(definition.Destination);
            await fence.CheckAsync(cancellationToken);
            return null;
        }
        catch (ConnectorException error)
        {
            return error.Message;
        }
    }

    static async Task ApplyAsync(CommandHost host, PipelineDefinition definition, string actor, CancellationToken cancellationToken)
    {
        var applied = await host.Pipelines.ApplyAsync(definition, actor, cancellationToken);
        Console.WriteLine(applied.IsNew
            ? $"{definition.Project}/{definition.Name}: version {applied.Version} applied."
            : $"{definition.Project}/{definition.Name}: version {applied.Version} is in force already, nothing changed.");
    }
}
