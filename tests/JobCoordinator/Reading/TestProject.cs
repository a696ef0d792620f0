using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Pipelines;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Reading;

/// <summary>A project whose pipelines and jobs a test writes down as it wants them.</summary>
public sealed class TestProject(ReadingBench bench, string name)
{
    static readonly DateTimeOffset Since = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static long s_jobNo;

    public string Name => name;

    public JobFilter Filter => new() { Project = name };

    public PipelineReference Reference(string pipeline) => new() { Project = name, Name = pipeline };

    /// <summary>A pipeline without jobs.</summary>
    public async Task<Guid> PipelineAsync(string pipeline, string? document = null, ScheduleDefinition? schedule = null)
    {
        var definition = new PipelineDefinition
        {
            Project = name,
            Name = pipeline,
            Source = new SystemReference { Connector = "postgres", Connection = "env:SOURCE" },
            Destination = new SystemReference { Connector = "postgres", Connection = "env:DESTINATION" },
            Objects =
            [
                new ObjectDefinition { From = "public.a", To = $"{name}.{Table(pipeline)}", Key = ["id"] },
                new ObjectDefinition { From = "public.b", To = $"{name}.{Table(pipeline)}_b", Key = ["id"], Include = false },
            ],
            Schedule = schedule,
            Load = new LoadDefinition { MaxRowsPerSecond = 700 },
        };
        var set = new PipelineToApply(definition, "there", document is null ? null : $"{pipeline}.yaml", document);
        return (await bench.Store.ApplyAsync([set], "tester", default)).Single().PipelineId;
    }

    /// <summary>A job in a state, of a pipeline of its own unless one is named.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="second">When it was created.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="kind">What it does.</param>
    public async Task<Guid> JobAsync(string state = "Completed", int second = 0, string? pipeline = null, string kind = "Incremental")
    {
        pipeline ??= $"of-{Guid.NewGuid():N}"[..20];
        var id = Guid.NewGuid();
        var owner = await bench.Database.ScalarAsync<Guid?>($"select pipeline_id from coordinator.pipeline where project = '{name}' and name = '{pipeline}'")
            ?? await PipelineAsync(pipeline);
        await bench.Database.ExecuteAsync(
            $"""
             insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor,
                                               attempt, epoch, phase, created_at, finished_at)
             values ('{id}', '{state}', {Interlocked.Increment(ref s_jobNo)}, '{owner}', 1, '{name}', '{pipeline}', '{kind}', 'SyncNow', 'tester',
                     1, 0, 'None', '{Since.AddSeconds(second):O}', {Finished(state)})
             """);
        return id;
    }

    /// <summary>The moment at which a job of that second was created.</summary>
    public static DateTimeOffset At(int second) => Since.AddSeconds(second);

    public Task MoveAsync(Guid job, string state) => SetAsync(job, $"state = '{state}', finished_at = {Finished(state)}");

    public Task SetAsync(Guid job, string what) => bench.Database.ExecuteAsync(Update(job, what));

    public static string Update(Guid job, string what) => $"update coordinator.sync_job set {what} where job_id = '{job}'";

    static string Table(string pipeline) => pipeline.Replace('-', '_');

    static string Finished(string state) => state is "Completed" or "Canceled" or "Discarded" ? "now()" : "null";
}
