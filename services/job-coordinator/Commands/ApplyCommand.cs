using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Commands;

/// <summary>
/// Checks pipeline files, that the source has what they name, and that the coordinator can fence their destinations; takes them over,
/// all or none.
/// </summary>
static class ApplyCommand
{
    public static async Task<int> RunAsync(string path, string actor, CancellationToken cancellationToken)
    {
        var files = PipelineFile.Read(path);
        if (files.Problems.Count > 0) return await EndAsync(files.Warnings, files.Problems);
        await using var host = await CommandHost.StartAsync(cancellationToken);
        var found = await host.Check.CheckAsync(files, cancellationToken);
        if (await EndAsync(found.Warnings, [.. found.Problems, .. found.FenceProblems]) != 0) return 1;
        try
        {
            foreach (var applied in await host.Pipelines.ApplyAsync(found.Set, actor, cancellationToken)) Console.WriteLine(applied);
            return 0;
        }
        catch (TargetTakenException error)
        {
            return await EndAsync([], [$"{error.Message} Nothing was applied."]);
        }
    }

    static async Task<int> EndAsync(IEnumerable<PipelineFileWarning> warnings, IReadOnlyCollection<object> problems)
    {
        foreach (var warning in warnings) await Console.Error.WriteLineAsync($"warning: {warning}");
        foreach (var problem in problems) await Console.Error.WriteLineAsync($"error: {problem}");
        return problems.Count > 0 ? 1 : 0;
    }
}
