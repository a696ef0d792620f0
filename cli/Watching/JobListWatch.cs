using Google.Protobuf;
using Headgate.Cli.Asking;
using Headgate.Cli.Output;
using Headgate.Cli.Verbs;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Watching;

/// <summary>Shows a list of jobs as it changes: drawn over on a terminal, a line a change elsewhere.</summary>
sealed class JobListWatch(Session session)
{
    readonly Dictionary<string, Job> _jobs = [];

    public async Task RunAsync()
    {
        var filter = await session.FilterAsync();
        using var live = new LiveArea(session.Terminal);
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Jobs.WatchJobs(new WatchJobsRequest { Filter = filter, View = JobView.Basic, ResumeToken = token }, options),
            (WatchJobsResponse response) => response.ResumeToken);
        await Watched.ReadAsync(
            session, stream,
            response =>
            {
                Show(response, filter, live);
                return true;
            },
            async () =>
            {
                live.Clear();
                return await session.Terminal.ChooseAsync("[s]top watching, [g]o on watching", "sg", session.Stop) == 'g';
            },
            () => Draw(filter, live));
    }

    void Show(WatchJobsResponse response, JobFilter filter, LiveArea live)
    {
        var isHeartbeat = response.Jobs.Count + response.RemovedIds.Count == 0 && !response.Reset;
        if (session.Screen.IsJson)
        {
            if (!isHeartbeat) session.Terminal.Line(JsonFormatter.Default.Format(response));
            return;
        }

        if (response.Reset) _jobs.Clear();
        foreach (var job in response.Jobs) _jobs[job.Id] = job;
        foreach (var id in response.RemovedIds) _jobs.Remove(id);
        if (!session.Terminal.HasEscapes)
        {
            foreach (var job in response.Jobs) session.Terminal.Line(SafeText.Line($"{job.Id}  {Progress.Line(job, perSecond: null)}"));
            foreach (var id in response.RemovedIds) session.Terminal.Line(SafeText.Line($"{id}  no longer in the list"));
        }
        else if (response.CaughtUp) Draw(filter, live);
    }

    void Draw(JobFilter filter, LiveArea live)
    {
        if (!session.Terminal.HasEscapes) return;
        var newest = _jobs.Values.OrderByDescending(job => job.Created?.ToDateTimeOffset()).ThenBy(job => job.Id, StringComparer.Ordinal);
        live.Show(_jobs.Count == 0 ? ["No jobs."] : JobViews.List(newest, filter.Project.Length == 0).WithoutEmptyColumns().Lines());
    }
}
