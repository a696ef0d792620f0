using Grpc.Core;
using Headgate.JobCoordinator.Calls.Commanding;
using Headgate.V1;

namespace Headgate.JobCoordinator.Calls;

sealed partial class JobCalls
{
    public override Task<PauseJobResponse> PauseJob(PauseJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.PauseJob, request.Reason,
        (job, sentence, outcome) => new PauseJobResponse { Job = job, Sentence = sentence, Outcome = outcome });

    public override Task<ResumeJobResponse> ResumeJob(ResumeJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.ResumeJob, request.Reason,
        (job, sentence, outcome) => new ResumeJobResponse { Job = job, Sentence = sentence, Outcome = outcome },
        passGuards: RequestedOperations.PassesGuards(request.PassGuards, request.Reason));

    public override Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, RequestedOperations.Cancel("mode", request.Mode, request.PauseFirst), request.Reason,
        (job, sentence, outcome) => new CancelJobResponse { Job = job, Sentence = sentence, Outcome = outcome }, acceptInDoubt: request.AcceptInDoubt,
        pauseSchedule: request.PauseSchedule);

    public override Task<RestartJobResponse> RestartJob(RestartJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.RestartJob, request.Reason,
        (job, sentence, outcome) => new RestartJobResponse { Job = job, Sentence = sentence, Outcome = outcome });

    public override Task<DiscardJobResponse> DiscardJob(DiscardJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.DiscardJob, request.Reason,
        (job, sentence, outcome) => new DiscardJobResponse { Job = job, Sentence = sentence, Outcome = outcome }, acceptInDoubt: request.AcceptInDoubt);

    public override Task<AbandonJobResponse> AbandonJob(AbandonJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.AbandonJob, request.Reason,
        (job, sentence, outcome) => new AbandonJobResponse { Job = job, Sentence = sentence, Outcome = outcome });

    public override Task<DeleteJobResponse> DeleteJob(DeleteJobRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.DeleteJob, request.Reason,
        (job, sentence, outcome) => new DeleteJobResponse { Job = job, Sentence = sentence, Outcome = outcome });

    public override Task<SetJobRateResponse> SetJobRate(SetJobRateRequest request, ServerCallContext context) => commands.RunAsync(
        context, request, request.Job, Operation.SetJobRate, request.Reason,
        (job, sentence, outcome) => new SetJobRateResponse { Job = job, Sentence = sentence, Outcome = outcome },
        JobRates.Check("max_rows_per_second", request.HasMaxRowsPerSecond, request.MaxRowsPerSecond));

    public override Task<OperateJobsResponse> OperateJobs(OperateJobsRequest request, ServerCallContext context) =>
        many.RunAsync(context, request);
}
