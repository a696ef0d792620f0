using Headgate.Connectors;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Commands;

/// <summary>
/// Checks pipeline files, that the source has what they name, and that the coordinator can fence their destinations; takes them over,
/// all or none.
/// </summary>
static class ApplyCommand
{
    const int ChecksAtOnce = 4;

    public static async Task<int> RunAsync(string path, string actor, CancellationToken cancellationToken)
    {
        var files = PipelineFile.Read(path);
        foreach (var warning in files.Warnings) await Console.Error.WriteLineAsync($"warning: {warning}");
        if (await RefuseAsync(files.Problems)) return 1;

        await using var host = await CommandHost.StartAsync(cancellationToken);
        if (await RefuseAsync(await LookAtSourcesAsync(host, files, cancellationToken))) return 1;
        if (await IdentifyAsync(host, files, cancellationToken) is not { } set) return 1;
        try
        {
            foreach (var applied in await host.Pipelines.ApplyAsync(set, actor, cancellationToken)) Console.WriteLine(applied);
            return 0;
        }
        catch (TargetTakenException error)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message} Nothing was applied.");
            return 1;
        }
    }

    static async Task<bool> RefuseAsync(IReadOnlyCollection<PipelineFileProblem> problems)
    {
        foreach (var problem in problems) await Console.Error.WriteLineAsync($"error: {problem}");
        return problems.Count > 0;
    }

    static async Task<IReadOnlyCollection<PipelineFileProblem>> LookAtSourcesAsync(
        CommandHost host, PipelineFileResult files, CancellationToken cancellationToken)
    {
        var checks = new SourceCheck[files.Definitions.Count];
        await Parallel.ForAsync(0, checks.Length, new ParallelOptions { MaxDegreeOfParallelism = ChecksAtOnce, CancellationToken = cancellationToken }, async (i, stop) =>
            checks[i] = await SourceCheck.RunAsync(host.Bus, files.Definitions[i], files.Origins[i], stop));
        foreach (var (pipeline, check) in files.Definitions.Zip(checks).Where(entry => entry.Second.Unchecked is not null))
            await Console.Error.WriteLineAsync($"warning: {pipeline.Project}/{pipeline.Name}: its source was not looked at: {check.Unchecked}");
        return [.. checks.SelectMany(check => check.Problems)];
    }

    static async Task<IReadOnlyList<PipelineToApply>?> IdentifyAsync(
        CommandHost host, PipelineFileResult files, CancellationToken cancellationToken)
    {
        var set = new List<PipelineToApply>();
        foreach (var (definition, origin) in files.Definitions.Zip(files.Origins))
        {
            try
            {
                var destination = await host.Fences.IdentifyAsync(definition.Destination, cancellationToken);
                set.Add(new PipelineToApply(definition, destination, origin.FileName, origin.Text));
            }
            catch (ConnectorException error)
            {
                await Console.Error.WriteLineAsync($"error: {definition.Project}/{definition.Name}: {error.Message}");
            }
        }

        return set.Count == files.Definitions.Count ? set : null;
    }
}
