using Google.Protobuf;
using Headgate.Cli.Asking;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.V1;

namespace Headgate.Cli.Watching;

/// <summary>Shows one job as it changes.</summary>
sealed class JobWatch(Session session, string jobId)
{
    readonly Speed _speed = new();
    string _line = "";

    /// <summary>The job as it was seen last; null: nothing was seen of it.</summary>
    public Job? Job { get; private set; }

    /// <summary>Whether somebody who watched it has talked about canceling it.</summary>
    public bool IsCommanded { get; private set; }

    /// <param name="isEnd">Whether there is nothing more to wait for; besides, the stream ends with a final state.</param>
    /// <returns>False: it was left before.</returns>
    public async Task<bool> RunAsync(Func<Job, bool> isEnd)
    {
        using var live = new LiveArea(session.Terminal);
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Jobs.WatchJob(
                new WatchJobRequest { Job = new JobReference { Id = jobId }, View = JobView.Basic, ResumeToken = token }, options),
            (WatchJobResponse response) => response.ResumeToken);
        var stayed = await Watched.ReadAsync(session, stream, response => Show(response, live) is not { } job || !isEnd(job),
            () => GoOnAsync(live), () => live.Show(_line));
        live.Clear();
        return stayed;
    }

    Job? Show(WatchJobResponse response, LiveArea live)
    {
        if (response.Job is not { } job) return null;
        Job = job;
        if (session.Screen.IsJson) session.Terminal.Line(JsonFormatter.Default.Format(response));
        else live.Show(_line = Progress.Line(job, _speed.Of(job.Counts?.Written ?? 0, response.At)));
        return job;
    }

    async Task<bool> GoOnAsync(LiveArea live)
    {
        live.Clear();
        switch (await session.Terminal.ChooseAsync("[s]top watching, [c]ancel the job, [g]o on watching", "scg", session.Stop))
        {
            case 'c':
                IsCommanded = true;
                await new CancelConversation(session).RunAsync(JobName.Parse(jobId, project: null), pauseSchedule: false);
                return true;
            case 'g': return true;
            default: return false;
        }
    }
}
