using Google.Rpc;
using Grpc.Core;
using Headgate.V1;
using SetRate = Headgate.V1.OperateJobsRequest.Types.SetRate;

namespace Headgate.JobCoordinator.Tests.Calls.Jobs;

/// <summary>A job's ceiling of records a second, set while it runs.</summary>
[Collection(nameof(CommandCollection))]
public sealed class RateTests(CommandBench bench)
{
    [Fact]
    public async Task Rate_that_is_set_is_the_jobs_and_the_workers_are_told_each_segments_share()
    {
        var job = await bench.JobAsync("Processing");

        var answer = await SetAsync(job, 500, "too much for the source");

        Assert.Equal((CommandOutcome.Accepted, 500), (answer.Outcome, answer.Job.MaxRowsPerSecond));
        Assert.Equal("From its next batch on the job moves 500 records a second at most.", answer.Sentence);
        var shown = await bench.GetAsync(job);
        var record = Assert.Single(shown.Commands);
        Assert.Equal(
            (Operation.SetJobRate, CommandOutcome.Accepted, CommandBench.Actor, "too much for the source"),
            (record.Operation, record.Outcome, record.Actor, record.Reason));
        Assert.Equal((500, JobState.Processing), (shown.Job.MaxRowsPerSecond, shown.Job.State));
        Assert.Equal([("1", "125")], await ToldAsync(job));
    }

    [Fact]
    public async Task Rate_that_holds_already_is_already_so_and_nobody_is_told()
    {
        var job = await bench.JobAsync("Paused");
        Assert.Equal(CommandOutcome.AlreadySo, (await SetAsync(job, 0)).Outcome);
        Assert.Equal(CommandOutcome.Accepted, (await SetAsync(job, 9)).Outcome);
        Assert.Equal(CommandOutcome.AlreadySo, (await SetAsync(job, 9)).Outcome);
        Assert.Equal(CommandOutcome.Accepted, (await SetAsync(job, 0)).Outcome);

        Assert.Equal([("1", "2.25"), ("2", "0")], await ToldAsync(job));
        Assert.Equal(4, (await bench.GetAsync(job)).Commands.Count);
    }

    [Theory]
    [InlineData("Collecting", Rule.State)]
    [InlineData("Canceling", Rule.State)]
    [InlineData("Completed", Rule.Final)]
    [InlineData("Canceled", Rule.Final)]
    public async Task Job_that_moves_no_more_records_refuses_and_the_refusal_is_recorded(string state, Rule rule)
    {
        var job = await bench.JobAsync(state);

        var error = await Assert.ThrowsAsync<RpcException>(() => SetAsync(job, 1));

        Assert.Equal((StatusCode.FailedPrecondition, rule), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule));
        var shown = await bench.GetAsync(job);
        Assert.Equal((CommandOutcome.Refused, 0), (Assert.Single(shown.Commands).Outcome, shown.Job.MaxRowsPerSecond));
        Assert.Empty(await ToldAsync(job));
    }

    [Fact]
    public async Task Rate_that_is_missing_or_out_of_bounds_is_invalid()
    {
        var job = CommandBench.Named(await bench.JobAsync("Processing"));
        foreach (var request in (SetJobRateRequest[])
        [
            new SetJobRateRequest { Job = job },
            new SetJobRateRequest { Job = job, MaxRowsPerSecond = -1 },
            new SetJobRateRequest { Job = job, MaxRowsPerSecond = 1_000_000_001 },
        ])
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => bench.Jobs.SetJobRateAsync(request).ResponseAsync);
            var field = Assert.Single(error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations);
            Assert.Equal((StatusCode.InvalidArgument, "max_rows_per_second"), (error.StatusCode, field.Field));
            Assert.Contains("1,000,000,000", field.Description, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Repeat_after_a_crash_is_answered_as_before_and_sets_nothing_again()
    {
        var job = await bench.JobAsync("Processing");
        var request = new SetJobRateRequest { Job = CommandBench.Named(job), MaxRowsPerSecond = 40, IdempotencyKey = $"rate-{job}" };
        await bench.Jobs.SetJobRateAsync(request);
        await SetAsync(job, 80);
        await bench.ForgetAnswersAsync(request.IdempotencyKey);

        Assert.Equal(CommandOutcome.Accepted, (await bench.Jobs.SetJobRateAsync(request)).Outcome);

        Assert.Equal(80, (await bench.GetAsync(job)).Job.MaxRowsPerSecond);
        Assert.Equal(2, (await ToldAsync(job)).Count);
    }

    [Fact]
    public async Task Many_jobs_answer_for_themselves_and_foretell_it()
    {
        var project = CommandBench.NewProject();
        var (runs, limited, ended) = (
            await bench.JobAsync("Processing", project), await bench.JobAsync("Paused", project, with: "max_rows_per_second = 30"),
            await bench.JobAsync("Completed", project));
        var request = new OperateJobsRequest
        {
            Selection = new OperateJobsRequest.Types.Selection { Ids = { runs.ToString(), limited.ToString(), ended.ToString() } },
            SetRate = new SetRate { MaxRowsPerSecond = 30 },
        };
        CommandOutcome[] outcomes = [CommandOutcome.Accepted, CommandOutcome.AlreadySo, CommandOutcome.Refused];

        var foretold = await bench.Jobs.OperateJobsAsync(new OperateJobsRequest(request) { ValidateOnly = true });
        Assert.Equal(outcomes, foretold.Results.Select(result => result.Outcome));
        Assert.Equal(0, (await bench.GetAsync(runs)).Job.MaxRowsPerSecond);

        var given = await bench.Jobs.OperateJobsAsync(request);
        Assert.Equal(outcomes, given.Results.Select(result => result.Outcome));
        Assert.Equal(30, given.Results[0].Job.MaxRowsPerSecond);
    }

    [Fact]
    public async Task Rate_is_no_stop_and_a_reason_that_comes_later_is_its_own()
    {
        var job = await bench.JobAsync("Paused", with: "stop_reason = null");
        var request = new SetJobRateRequest { Job = CommandBench.Named(job), MaxRowsPerSecond = 5, IdempotencyKey = $"reason-{job}" };
        await bench.Jobs.SetJobRateAsync(request);

        await bench.Jobs.SetJobRateAsync(new SetJobRateRequest(request) { Reason = "gently" });

        var shown = await bench.GetAsync(job);
        Assert.Equal(("gently", ""), (Assert.Single(shown.Commands).Reason, shown.Job.Stop.Reason));
    }

    async Task<SetJobRateResponse> SetAsync(Guid job, long rate, string reason = "") =>
        await bench.Jobs.SetJobRateAsync(new SetJobRateRequest { Job = CommandBench.Named(job), MaxRowsPerSecond = rate, Reason = reason });

    async Task<List<(string No, string Share)>> ToldAsync(Guid job) =>
    [
        .. (await bench.RowsAsync(
            $"""
             select body ->> 'rateNo', body ->> 'maxRowsPerSecond' from coordinator.obligation
             where job_id = '{job}' and message = 'Headgate.Contracts.Jobs.JobRateChanged' and lane is null order by sequence
             """)).Select(row => (row[0], row[1])),
    ];
}
