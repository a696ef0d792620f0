using Grpc.Core;
using Headgate.Cli.Asking;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Verbs;

/// <summary>One command to many jobs. What an option chooses is shown first, and then exactly that is commanded.</summary>
sealed class ManyJobs(Session session, JobCommand command)
{
    public async Task<int> RunAsync()
    {
        var isFilter = session.Parsed.IsFilter();
        var request = new OperateJobsRequest();
        if (isFilter) request.Filter = await session.FilterAsync();
        else request.Selection = new OperateJobsRequest.Types.Selection { Ids = { await IdsAsync() } };
        command.Many(session, request);
        var warning = command.Warning(session);

        if (session.Parsed.Has(CommandOptions.ValidateOnly)) return Show(await PreviewAsync(request), asPreview: true);
        if ((isFilter || warning.Length > 0) && !session.Parsed.Has(CommandOptions.Yes))
        {
            if (!session.CanAsk) throw session.NeedsYes(warning.Length > 0 ? warning : "It is for many jobs.");
            var preview = await PreviewAsync(request);
            Show(preview, asPreview: true);
            if (preview.Results.Count == 0 || !await session.MayAsync(warning.Length > 0 ? warning : "It is for all of these jobs.")) return ExitCode.Refused;
            request.Selection = new OperateJobsRequest.Types.Selection { Ids = { preview.Results.Select(each => each.JobId) } };
        }

        return Show(await session.Calls.AskAsync(session.Calls.Jobs.OperateJobsAsync, session.Command(request), session.Stop), asPreview: false);
    }

    async Task<OperateJobsResponse> PreviewAsync(OperateJobsRequest request)
    {
        var preview = request.Clone();
        preview.ValidateOnly = true;
        return await session.Calls.AskAsync(session.Calls.Jobs.OperateJobsAsync, preview, session.Stop);
    }

    /// <summary>Each name is found as the command to one job finds it; while one is not, nothing is commanded.</summary>
    async Task<IEnumerable<string>> IdsAsync()
    {
        var (ids, missing) = (new List<string>(), new List<string>());
        string[] names = [.. session.Parsed.GetValue(CommandArguments.Jobs)!.Distinct(StringComparer.Ordinal)];
        // What can be no name is told before anything is asked.
        foreach (var typed in names) JobName.Parse(typed, session.Settings.Project);
        foreach (var typed in names)
        {
            try
            {
                ids.Add(await session.IdOfAsync(await session.JobAsync(typed)));
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
            {
                missing.Add($"{typed}: {error.Status.Detail}");
            }
            catch (CliException error) when (error.Code == CodeNames.Of(StatusCode.NotFound))
            {
                missing.Add(error.Message);
            }
        }

        return missing.Count == 0 ? ids.Distinct(StringComparer.Ordinal) : throw new CliException($"{string.Join('\n', missing)}\nNothing was sent.");
    }

    int Show(OperateJobsResponse answer, bool asPreview)
    {
        session.Screen.Answer(answer, screen =>
        {
            if (answer.Results.Count > 0)
            {
                screen.Table(new Grid(
                    ["Project", "Pipeline", "Job", "State", asPreview ? "Would be" : "Outcome", "Sentence"],
                    [
                        .. answer.Results.Select(each => new Cell[]
                        {
                            each.Job?.Project ?? "", each.Job?.Pipeline ?? "", each.JobId, Shown.State(each.Job?.State ?? JobState.Unspecified),
                            EnumName.Of(each.Outcome), each.Sentence,
                        }),
                    ]));
            }

            screen.Say(answer.Sentence.Length > 0 ? answer.Sentence : answer.Results.Count == 0 ? "No job is chosen." : "");
        });
        return asPreview || answer.Results.All(each => each.Outcome is CommandOutcome.Accepted or CommandOutcome.AlreadySo) ? ExitCode.Done : ExitCode.Refused;
    }
}
