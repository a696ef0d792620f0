using Headgate.Cli.Errors;
using Headgate.V1;

namespace Headgate.Cli.Naming;

/// <summary>A pipeline as it is typed: `contacts` of the configured project, `crm/contacts`, or its id.</summary>
static class PipelineName
{
    /// <param name="typed">What was typed.</param>
    /// <param name="project">The configured one; null: none is, and a bare name is yet to be found in the projects that have it.</param>
    public static PipelineReference Parse(string typed, string? project)
    {
        if (Guid.TryParseExact(typed, "D", out _)) return new PipelineReference { Id = typed };
        return typed.Split('/') switch
        {
            [{ Length: > 0 } of, { Length: > 0 } name] => new PipelineReference { Project = of, Name = name },
            [{ Length: > 0 } name] => new PipelineReference { Project = project ?? "", Name = name },
            _ => throw new CliException($"\"{typed}\" names no pipeline: expected is NAME, PROJECT/NAME or an id.", ExitCode.Usage),
        };
    }
}
