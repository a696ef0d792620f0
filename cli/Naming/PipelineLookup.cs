using Grpc.Core;
using Headgate.Cli.Configuration;
using Headgate.Cli.Errors;
using Headgate.V1;

namespace Headgate.Cli.Naming;

/// <summary>Finds the project of a pipeline that is named without one, where none is configured: the only one that has it.</summary>
static class PipelineLookup
{
    const int MostNamed = 10;

    public static async Task<PipelineReference> PipelineAsync(this Session session, string typed)
    {
        var named = PipelineName.Parse(typed, session.Settings.Project);
        if (named.Id.Length > 0 || named.Project.Length > 0) return named;
        var found = await session.Calls.AskAsync(
            session.Calls.Pipelines.ListPipelinesAsync, new ListPipelinesRequest { Name = named.Name, PageSize = MostNamed }, session.Stop);
        return found.Pipelines switch
        {
            [var only] => new PipelineReference { Project = only.Project, Name = only.Name },
            [] => throw new CliException($"There is no pipeline {typed} in any project that the key is bound to. One that was deleted is named with its project: PROJECT/{typed}.")
            {
                Code = CodeNames.Of(StatusCode.NotFound),
            },
            _ => throw new CliException(
                $"Which {typed} is meant: {string.Join(", ", found.Pipelines.Select(each => $"{each.Project}/{each.Name}"))}{(found.NextPageToken.Length > 0 ? ", ..." : "")}? "
                + $"Type it so, or say --project or {Names.Project}.",
                ExitCode.Usage),
        };
    }

    public static async Task<JobName> JobAsync(this Session session, string typed)
    {
        var named = JobName.Parse(typed, session.Settings.Project);
        return named.Meanings is [{ Pipeline.Project: "", Pipeline.Name.Length: > 0 }]
            ? named with { Meanings = [new JobReference { Pipeline = await session.PipelineAsync(typed) }] }
            : named;
    }
}
