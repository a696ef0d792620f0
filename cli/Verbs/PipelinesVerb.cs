using System.CommandLine;
using Headgate.Cli.Asking;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

static class PipelinesVerb
{
    static readonly Option<string[]> States = FilterOptions.Several<PipelineState>("--state", "In this state, or one of these.");
    static readonly Option<string?> Name = new("--name") { Description = "Only of this name.", HelpName = "NAME" };
    static readonly Option<int> Version = NumberOption.Create(
        "--file-version", "", "The version of the file to show; the one in force unless told.", int.MaxValue);

    static readonly Option<bool> File = new("--file") { Description = "Only the text of the file, as it was applied." };
    static readonly Option<bool> DiscardJob = new("--discard-active-job") { Description = "Discard its active job with it." };

    public static Command Create()
    {
        var command = List(new Command("pipelines", "Lists pipelines, shows them, and switches them."));
        command.Add(List(new Command("list", "Lists pipelines by project and name.")));
        command.Add(new Command("show", "Shows a pipeline, and the runs that it has skipped of late.") { CommandArguments.Pipeline, Version, File }.Runs(ShowAsync));
        command.Add(new Command("pause", "Lets a pipeline take no new runs at all.") { CommandArguments.Pipeline }.Commanding().Runs(async session =>
            session.Screen.Acknowledge(await session.Calls.AskAsync(
                session.Calls.Pipelines.PausePipelineAsync, session.Command(new PausePipelineRequest { Pipeline = await session.ThePipelineAsync() }), session.Stop))));
        command.Add(new Command("enable", "Lets a paused or failed pipeline take runs again.") { CommandArguments.Pipeline }.Commanding().Runs(async session =>
            session.Screen.Acknowledge(await session.Calls.AskAsync(
                session.Calls.Pipelines.EnablePipelineAsync, session.Command(new EnablePipelineRequest { Pipeline = await session.ThePipelineAsync() }), session.Stop))));
        command.Add(new Command("delete", "Deletes a pipeline; what was written stays, and so do its jobs.")
        {
            CommandArguments.Pipeline, DiscardJob, CommandOptions.Yes,
        }.Commanding().Runs(DeleteAsync));
        return command;
    }

    static Command List(Command command)
    {
        command.Options.Add(States);
        command.Options.Add(Name);
        command.Options.Add(CommandOptions.AllProjects);
        return command.Paged().Runs(ListAsync);
    }

    static async Task<int> ListAsync(Session session)
    {
        var answer = await session.PageAsync(session.Calls.Pipelines.ListPipelinesAsync, new ListPipelinesRequest
        {
            Project = session.Parsed.Has(CommandOptions.AllProjects) ? "" : session.Settings.Project ?? "",
            States = { EnumName.ParseAll<PipelineState>(session.Parsed.GetValue(States), "state") },
            Name = session.Parsed.Text(Name) ?? "",
        });
        return session.Show(answer, "No pipelines.", () => PipelineViews.List(answer.Pipelines));
    }

    static async Task<int> ShowAsync(Session session)
    {
        var answer = await session.Calls.AskAsync(
            session.Calls.Pipelines.GetPipelineAsync,
            new GetPipelineRequest { Pipeline = await session.ThePipelineAsync(), Version = session.Parsed.GetValue(Version) },
            session.Stop);
        session.Screen.Answer(answer, screen =>
        {
            if (session.Parsed.Has(File))
            {
                var text = answer.File?.Text ?? "";
                // Into a file it goes as it is.
                session.Terminal.Write(session.Terminal.IsTerminal ? SafeText.Lines(text) : text);
                return;
            }

            screen.Details(answer.Pipeline);
            if (answer.SkippedRuns.Count > 0) screen.Table(PipelineViews.Skipped(answer.SkippedRuns).WithoutEmptyColumns());
        });
        return ExitCode.Done;
    }

    static async Task<int> DeleteAsync(Session session)
    {
        var pipeline = await session.ThePipelineAsync();
        if (!await session.MayAsync("A deleted pipeline takes no runs any more, and it cannot be undone.")) return ExitCode.Refused;
        return session.Screen.Acknowledge(await session.Calls.AskAsync(
            session.Calls.Pipelines.DeletePipelineAsync,
            session.Command(new DeletePipelineRequest { Pipeline = pipeline, DiscardActiveJob = session.Parsed.Has(DiscardJob) }),
            session.Stop));
    }
}
