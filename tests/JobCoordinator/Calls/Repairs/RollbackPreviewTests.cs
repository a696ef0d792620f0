using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Repairs;

/// <summary>What RollbackJob tells before anything is started.</summary>
[Collection(nameof(PipelineCollection))]
public sealed class RollbackPreviewTests(PipelineBench bench)
{
    readonly BenchProject _project = bench.NewProject();

    [Fact]
    public async Task What_it_would_put_back_is_told_by_what_was_done_and_nothing_is_started()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync(
            $"insert into headgate.schema_change (job_id, attempt, object_no, seq, statement, description) values ('{run.Id}', 1, 0, 1, 'x', 'x')");

        var answer = await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true });

        var only = Assert.Single(answer.Estimate.Objects);
        Assert.Equal((2, 1, 1, 4), (only.PutBack, only.InsertsDeleted, only.DeletesRestored, only.Rows));
        Assert.Equal((run.Table, false), (only.Destination, only.HasConflicts));
        Assert.Contains("would put back 4 changes", answer.Sentence, StringComparison.Ordinal);
        Assert.Contains("Its 1 changes of the destination's schema stay.", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal((null, CommandOutcome.Unspecified, 1), (answer.Job, answer.Outcome, await _project.JobsAsync()));
    }

    [Fact]
    public async Task Records_that_somebody_has_changed_since_are_counted_as_things_stand()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync(
            $"""
             create schema {_project.Name}; create table {run.Table} (id int primary key, email text, city text);
             insert into {run.Table} values (7, 'mine', 'here'), (8, 'x', 'there'), (9, 'n', 'there')
             """);

        var answer = await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true });

        var only = Assert.Single(answer.Estimate.Objects);
        Assert.Equal((1, 1, 1, 1, 0), (only.PutBack, only.InsertsDeleted, only.DeletesRestored, only.Conflicts, only.Unchanged));
        Assert.Contains("As things stand that is 1 records.", answer.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_would_do_is_looked_up_by_the_file_in_force()
    {
        var run = await LoggedRun.CreateAsync(bench, _project);
        await bench.Destination.ExecuteAsync(
            $"""
             create schema {_project.Name}; create table {run.Table} (id int primary key, email text, city text); insert into {run.Table} values (7, 'mine', 'here');
             create trigger audit after update on {run.Table} for each row execute function suppress_redundant_updates_trigger()
             """);
        Environment.SetEnvironmentVariable($"MENDED_{_project.Name}", bench.Destination.ConnectionString);
        await bench.Admin.ApplyPipelineAsync(BenchProject.Request(
            _project.Text(destination: $"env:MENDED_{_project.Name}").Replace("  objects:", "  load: { allowTriggers: true }\n  objects:", StringComparison.Ordinal)));
        // By which the job has written leads nowhere any more.
        await bench.State.ExecuteAsync(
            $$"""
              update coordinator.pipeline_version set definition = jsonb_set(definition::jsonb, '{destination,connection}', '"env:NOT_TO_BE_FOUND"')
              where version = 1 and pipeline_id = (select pipeline_id from coordinator.sync_job where job_id = '{{run.Id}}');
              insert into coordinator.armed_destination (pipeline_id, reference, identity, history)
              select t.pipeline_id, 'postgres env:NOT_TO_BE_FOUND', t.destination, '' from coordinator.pipeline_target t join coordinator.sync_job j using (pipeline_id)
              where j.job_id = '{{run.Id}}' and t.version = 2
              """);

        var answer = await bench.Records.RollbackJobAsync(new RollbackJobRequest { Job = run.Reference, ValidateOnly = true });

        Assert.Contains("As things stand that is ", answer.Sentence, StringComparison.Ordinal);
        Assert.True(Assert.Single(answer.Estimate.Objects).HasConflicts);
    }
}
