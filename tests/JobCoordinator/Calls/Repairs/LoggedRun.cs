using Headgate.Connectors.Fencing;
using Headgate.Connectors.Postgres.Fencing;
using Headgate.JobCoordinator.Tests.Calls.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Calls.Repairs;

/// <summary>A run of a project that has ended, with a change log at the bench's destination: of contacts, by id, an insert, two updates, a delete.</summary>
sealed class LoggedRun(PipelineBench bench, BenchProject project, Guid job)
{
    public Guid Id => job;

    public JobReference Reference => new() { Id = job.ToString() };

    /// <param name="bench">The bench.</param>
    /// <param name="project">Its pipeline is applied with this.</param>
    /// <param name="objects">How many objects it has.</param>
    public static async Task<LoggedRun> CreateAsync(PipelineBench bench, BenchProject project, int objects = 1)
    {
        var pipeline = await project.ApplyAsync();
        var run = new LoggedRun(bench, project, await project.StartAsync());
        await run.InstallAsync(Guid.Parse(pipeline.Id));
        await bench.State.ExecuteAsync(
            $"""
             update coordinator.sync_job
             set state = 'Completed', wake_at = null, request_id = gen_random_uuid(), launched_at = now(), finished_at = now() where job_id = '{run.Id}';
             insert into coordinator.job_object (job_id, object_no, state, source, destination, object_key, level, next_segment_no)
             select '{run.Id}', no, 'Extracted', 'public.contacts', case no when 0 then '{run.Table}' else '{run.Table}_' || no end, 'key ' || no, 0, 1
             from generate_series(0, {objects - 1}) no
             """);
        await bench.Destination.ExecuteAsync(
            $$"""
              insert into headgate.job_object (job_id, attempt, object_no, table_name, fields, key, found_empty)
              select '{{run.Id}}', 1, no, '{{run.Table}}',
                     '[{"name": "id", "type": "integer"}, {"name": "email", "type": "text"}, {"name": "city", "type": "text"}]', '{1}', false
              from generate_series(0, {{objects - 1}}) no;
              insert into headgate.change_group (job_id, attempt, object_no, segment_no, first_row, operation, row_count, records) values
                ('{{run.Id}}', 1, 0, 0, 0, 'update', 2, array[
                    row('{7}', '{null,old,null}', '{null,new,null}'), row('{8}', '{null,null,here}', '{null,null,there}')]::headgate.change_record[]),
                ('{{run.Id}}', 1, 0, 0, 2, 'insert', 1, array[row('{9}', null, '{9,n,there}')]::headgate.change_record[]),
                ('{{run.Id}}', 1, 0, -1, 0, 'delete', 1, array[row('{10}', '{10,o,here}', null)]::headgate.change_record[])
              """);
        return run;
    }

    /// <summary>The table, in SQL spelling.</summary>
    public string Table => $"{project.Name}.contacts";

    /// <summary>The keys that a repair was asked for.</summary>
    public Task<string?> SelectedAsync(string repair) => bench.Destination.ScalarAsync<string>(
        $"select string_agg(object_no || ':' || key::text, ' ' order by key) from headgate.selection where job_id = '{repair}'");

    async Task InstallAsync(Guid pipeline)
    {
        await using var fence = new PostgresFence(bench.Destination.ConnectionString);
        Assert.IsType<FenceMoveResult.Moved>(await fence.MoveAsync(
            new FenceMove { PipelineId = pipeline, JobId = job, JobNo = 1, Attempt = 1, Epoch = 1, Open = true }, default));
    }
}
