using Grpc.Core;
using Headgate.Cli.Errors;
using Headgate.Cli.Naming;
using Headgate.Cli.Output;
using Headgate.Cli.Verbs;
using Headgate.Cli.Views;
using Headgate.V1;

namespace Headgate.Cli.Asking;

/// <summary>A cancel with a person at the terminal: the job is paused at once, and only then is it talked about.</summary>
sealed class CancelConversation(Session session)
{
    static readonly TimeSpan ScheduleWait = TimeSpan.FromSeconds(2);

    bool _isCancelSent;

    public async Task<int> RunAsync(JobName name, bool pauseSchedule)
    {
        try
        {
            var job = await PauseAsync(name);
            var pipeline = PipelineAsync(job);
            job = await PausedAsync(job);
            if (job.State is JobState.Paused or JobState.Failed) return await DecideAsync(job, await pipeline, pauseSchedule);
            if (job.State != JobState.Canceling)
            {
                session.Screen.Say($"The job is {EnumName.Capital(job.State)}: there is nothing to cancel as it stands.");
                return job.State == JobState.Canceled ? ExitCode.Done : ExitCode.Refused;
            }

            return session.Screen.Acknowledge(await CancelAsync(job, pauseSchedule, session.Reason, NewKey()));
        }
        catch (OperationCanceledException)
        {
            session.Terminal.ErrorLine(_isCancelSent
                ? "headgate: left; the cancel was sent, and may still take effect."
                : "headgate: left without a cancel: the job stays paused, or goes on to be.");
            return ExitCode.Refused;
        }
    }

    async Task<Job> PauseAsync(JobName name)
    {
        var key = NewKey();
        try
        {
            var paused = await name.FindAsync(job => session.Calls.AskAsync(
                session.Calls.Jobs.PauseJobAsync, new PauseJobRequest { Job = job, Reason = session.Reason, IdempotencyKey = key }, session.Stop));
            return paused.Job;
        }
        catch (RpcException error) when (error.GetRpcStatus()?.GetDetail<Refusal>() is { JobState: JobState.Failed or JobState.Canceling } refusal)
        {
            // Nothing of it is running, or a cancel is on its way: both can be canceled as they are.
            return (await session.FindAsync(JobName.Parse($"id:{refusal.JobId}", project: null))).Job;
        }
    }

    async Task<Job> PausedAsync(Job job)
    {
        if (job.State != JobState.Pausing) return job;
        using var live = new LiveArea(session.Terminal);
        var stream = session.Calls.Stream(
            (token, options) => session.Calls.Jobs.WatchJob(
                new WatchJobRequest { Job = new JobReference { Id = job.Id }, View = JobView.Basic, ResumeToken = token }, options),
            (WatchJobResponse response) => response.ResumeToken);
        await foreach (var response in stream.ReadAsync(session.Stop))
        {
            if (response.Job is null) continue;
            job = response.Job;
            if (job.State != JobState.Pausing) break;
            live.Show(Progress.Line(job, perSecond: null));
        }

        return job;
    }

    async Task<Pipeline?> PipelineAsync(Job job)
    {
        try
        {
            var found = await session.Calls.AskAsync(
                session.Calls.Pipelines.GetPipelineAsync, new GetPipelineRequest { Pipeline = new PipelineReference { Id = job.PipelineId } }, session.Stop)
                .WaitAsync(ScheduleWait, session.Stop);
            return found.Pipeline;
        }
        catch (Exception error) when (error is RpcException or TimeoutException)
        {
            return null;
        }
    }

    async Task<int> DecideAsync(Job job, Pipeline? pipeline, bool pauseSchedule)
    {
        if (job.RecommendedCancel is { } recommended) session.Screen.Say($"Recommended: {JobViews.Recommended(recommended)}");
        while (true)
        {
            var answer = await session.Terminal.ChooseAsync(CancelQuestion.Of(job, pipeline, TimeProvider.System), "csrl", session.Stop);
            try
            {
                switch (answer)
                {
                    case 'c': return await CancelWithReasonAsync(job, pauseSchedule);
                    case 's': return await CancelWithReasonAsync(job, pauseSchedule: true);
                    case 'r': return session.Screen.Acknowledge(await ResumeAsync(job));
                    default: return ExitCode.Done;
                }
            }
            catch (RpcException error)
            {
                // The job stands as it stood, and so does the question.
                new ErrorReport(session.Terminal, session.Settings.Output).Show(error, session);
            }
        }
    }

    async Task<int> CancelWithReasonAsync(Job job, bool pauseSchedule)
    {
        var key = NewKey();
        session.Screen.Acknowledge(await CancelAsync(job, pauseSchedule, session.Reason, key));
        await session.AddReasonAsync(reason => CancelAsync(job, pauseSchedule, reason, key));
        return ExitCode.Done;
    }

    async Task<CancelJobResponse> CancelAsync(Job job, bool pauseSchedule, string reason, string key)
    {
        _isCancelSent = true;
        try
        {
            return await session.Calls.AskAsync(
                session.Calls.Jobs.CancelJobAsync,
                new CancelJobRequest
                {
                    Job = new JobReference { Id = job.Id },
                    Mode = CancelMode.Graceful,
                    PauseSchedule = pauseSchedule,
                    Reason = reason,
                    IdempotencyKey = key,
                },
                session.Stop);
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.InvalidArgument or StatusCode.Unimplemented)
        {
            _isCancelSent = false;
            throw;
        }
    }

    Task<ResumeJobResponse> ResumeAsync(Job job) => session.Calls.AskAsync(
        session.Calls.Jobs.ResumeJobAsync,
        new ResumeJobRequest { Job = new JobReference { Id = job.Id }, Reason = session.Reason, IdempotencyKey = NewKey() },
        session.Stop);

    static string NewKey() => Guid.NewGuid().ToString();
}
