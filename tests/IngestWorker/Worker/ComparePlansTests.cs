using Headgate.Contracts.Extraction;
using Headgate.Contracts.Sources;
using Headgate.Contracts.Steps;
using Headgate.Hosting.Bus;
using MassTransit;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Whether a source still is what a job was planned for.</summary>
public sealed class ComparePlansTests : WorkerTest
{
    [Theory]
    [InlineData("alter table b alter id type bigint", "column \"id\" was integer when the job planned, and is bigint.")]
    [InlineData("alter table b drop column name", "column \"name\" is gone.")]
    [InlineData("alter table b alter changed_at type timestamp", "column \"changed_at\" was timestamp with time zone when the job planned, and is timestamp without time zone.")]
    [InlineData("drop table b", "it is gone.")]
    public async Task Change_of_what_was_planned_is_named(string change, string what)
    {
        var job = await PlannedAsync();
        await Source.ExecuteAsync(change);

        var found = await CompareAsync(job);

        Assert.Null(found.Problem);
        Assert.Equal(1, found.ChangeCount);
        Assert.Equal((1, $"Object public.b: {what}"), (found.Changes.Single().ObjectNo, found.Changes.Single().Sentence));
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData("alter table b add note text")]
    [InlineData("insert into a values (11, 'a11')")]
    public async Task What_the_plans_do_not_read_is_no_change(string change)
    {
        var job = await PlannedAsync();
        await Source.ExecuteAsync(change);

        Assert.Equal(0, (await CompareAsync(job)).ChangeCount);
    }

    [Fact]
    public async Task Attempt_without_plans_has_nothing_to_compare() => Assert.Equal(new PlansCompared().ChangeCount, (await CompareAsync(Job("a"))).ChangeCount);

    [Fact]
    public async Task Resumed_job_fails_in_its_preparation_over_a_changed_source()
    {
        var job = await PlannedAsync();
        await Source.ExecuteAsync("alter table a drop column name");

        var failed = await Worker.AskAsync<StepFailed>((job with { Epoch = 2 }).Prepare((1, null, 1)) with { Resumed = true });

        Assert.Equal(("schema-changed", false), (failed.Problem.Code, failed.Problem.Retryable));
        Assert.Contains("Object public.a: column \"name\" is gone.", failed.Problem.Sentence, StringComparison.Ordinal);
        Assert.IsType<JobPrepared>(await Worker.AskAsync<JobPrepared>((job with { Epoch = 3 }).Prepare((1, null, 1))));
    }

    async Task<JobUnderTest> PlannedAsync()
    {
        var job = Job("a", "b");
        await Worker.AskAsync<JobPrepared>(job.PrepareAll());
        return job;
    }

    async Task<PlansCompared> CompareAsync(JobUnderTest job)
    {
        var client = Worker.Get<IBus>().CreateRequestClient<ComparePlans>(Lanes.Address(Lanes.Checks), TimeSpan.FromSeconds(60));
        return (await client.GetResponse<PlansCompared>(new ComparePlans { JobId = job.JobId, Attempt = job.Attempt })).Message;
    }
}
