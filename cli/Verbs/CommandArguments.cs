using System.CommandLine;
using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>What commands are about.</summary>
static class CommandArguments
{
    public static readonly Argument<string> Job = NoOption(new Argument<string>("JOB")
    {
        Description = "A job: its pipeline (NAME or PROJECT/NAME), its id or its Request ID.",
    });

    public static readonly Argument<string[]> Jobs = NoOption(new Argument<string[]>("JOB")
    {
        Description = "Jobs, each by its pipeline (NAME or PROJECT/NAME), its id or its Request ID; or none, with options that choose them.",
        Arity = ArgumentArity.ZeroOrMore,
    });

    public static readonly Argument<string> Pipeline = NoOption(new Argument<string>("PIPELINE")
    {
        Description = "A pipeline: NAME, PROJECT/NAME or its id.",
    });

    /// <summary>An option that the verb does not have is not taken for the name of something.</summary>
    public static T NoOption<T>(T argument)
        where T : Argument
    {
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-'))) result.AddError($"There is no option {token.Value} here.");
        });
        return argument;
    }

    public static Task<JobName> TheJobAsync(this Session session) => session.JobAsync(session.Parsed.GetValue(Job)!);

    public static Task<PipelineReference> ThePipelineAsync(this Session session) => session.PipelineAsync(session.Parsed.GetValue(Pipeline)!);
}
