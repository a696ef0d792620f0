using Grpc.Core;
using Headgate.JobCoordinator.Tests.Doubts;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>Force at a destination whose writes are not idempotent: it warns before it acts.</summary>
[Collection(nameof(CommandCollection))]
public sealed class DoubtTests(CommandBench bench)
{
    [Fact]
    public async Task Force_is_refused_with_how_many_are_in_flight_and_accepted_with_accept_in_doubt()
    {
        var job = await RunningAsync();
        var request = new CancelJobRequest { Job = CommandBench.Named(job), Mode = CancelMode.Force };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Jobs.CancelJobAsync(request));

        var refusal = error.GetRpcStatus()!.GetDetail<Refusal>()!;
        Assert.Equal((StatusCode.FailedPrecondition, Rule.AcceptInDoubt, JobState.Processing), (error.StatusCode, refusal.Rule, refusal.JobState));
        Assert.Contains("up to 70 records", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("CancelJob with mode FORCE and accept_in_doubt", refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains(Operation.ForceCancelJob, refusal.WouldAccept);
        Assert.Equal("ACCEPT_IN_DOUBT", error.GetRpcStatus()!.GetDetail<Google.Rpc.PreconditionFailure>()!.Violations.Single().Type);

        request.AcceptInDoubt = true;
        Assert.Equal(JobState.Canceling, (await bench.Jobs.CancelJobAsync(request)).Job.State);
        Assert.Equal([CommandOutcome.Accepted, CommandOutcome.Refused], (await bench.GetAsync(job)).Commands.Select(command => command.Outcome));
    }

    [Fact]
    public async Task Discard_is_refused_likewise()
    {
        var job = await RunningAsync();
        var request = new DiscardJobRequest { Job = CommandBench.Named(job) };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Jobs.DiscardJobAsync(request));
        Assert.Equal(Rule.AcceptInDoubt, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule);

        request.AcceptInDoubt = true;
        Assert.Equal(JobState.Canceling, (await bench.Jobs.DiscardJobAsync(request)).Job.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_many_jobs_each_is_refused_for_itself_and_foretold_so(bool isDiscard)
    {
        var (doubtful, other) = (await RunningAsync(), await bench.JobAsync("Processing"));

        var foretold = await bench.Jobs.OperateJobsAsync(Request(validateOnly: true));
        Assert.Equal([CommandOutcome.Refused, CommandOutcome.Accepted], foretold.Results.Select(result => result.Outcome));
        Assert.Equal(Rule.AcceptInDoubt, foretold.Results[0].Refusal.Rule);
        Assert.Contains("up to 70 records", foretold.Results[0].Sentence, StringComparison.Ordinal);

        Assert.Equal(CommandOutcome.Accepted, (await bench.Jobs.OperateJobsAsync(Request(validateOnly: true, accept: true))).Results[0].Outcome);

        var done = await bench.Jobs.OperateJobsAsync(Request());
        Assert.Equal([CommandOutcome.Refused, CommandOutcome.Accepted], done.Results.Select(result => result.Outcome));
        Assert.Equal(Rule.AcceptInDoubt, done.Results[0].Refusal.Rule);

        Assert.Equal(CommandOutcome.Accepted, (await bench.Jobs.OperateJobsAsync(Request(accept: true))).Results[0].Outcome);

        OperateJobsRequest Request(bool validateOnly = false, bool accept = false)
        {
            var request = new OperateJobsRequest
            {
                Selection = new OperateJobsRequest.Types.Selection { Ids = { doubtful.ToString(), other.ToString() } },
                ValidateOnly = validateOnly,
            };
            if (isDiscard) request.Discard = new() { AcceptInDoubt = accept };
            else request.Cancel = new() { Mode = CancelMode.Force, AcceptInDoubt = accept };
            return request;
        }
    }

    async Task<Guid> RunningAsync()
    {
        var project = CommandBench.NewProject();
        var pipeline = await bench.PipelineAsync(project, "events");
        await bench.Database.ExecuteAsync(DoubtfulConnector.Instead(pipeline));
        var job = await bench.JobAsync("Processing", project, "events");
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.job_segment (job_id, attempt, object_no, segment_no, state, copy, rows, written)
             values ('{job}', 1, 0, 0, 'Loading', gen_random_uuid(), 100, 30), ('{job}', 1, 0, 1, 'Sealed', gen_random_uuid(), 100, 0)
             """);
        return job;
    }
}
