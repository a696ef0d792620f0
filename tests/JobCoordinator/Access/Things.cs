using Headgate.Tests.Servers;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>What a project has that can be named.</summary>
sealed record Things(string Project, string PipelineId, string Job, string Request, string Key)
{
    const string PipelineName = "contacts";

    public PipelineReference NamedPipeline => new() { Project = Project, Name = PipelineName };

    public PipelineReference PipelineById => new() { Id = PipelineId };

    /// <summary>Ids that nothing has, in a project that is there.</summary>
    public static Things Missing(string project) => new(project, NewId(), NewId(), NewId(), NewId());

    public static async Task<Things> OfAsync(TestDatabase database, string project, Guid key)
    {
        var things = Missing(project) with { Key = key.ToString() };
        await database.ExecuteAsync(
            $"""
            insert into coordinator.pipeline (pipeline_id, project, name, version) values ('{things.PipelineId}', '{project}', '{PipelineName}', 1);
            insert into coordinator.sync_job (job_id, state, job_no, pipeline_id, pipeline_version, project, pipeline, kind, trigger, actor, attempt, epoch,
                                              phase, request_id, created_at, launched_at)
            values ('{things.Job}', 'Paused', nextval('coordinator.job_no'), '{things.PipelineId}', 1, '{project}', '{PipelineName}', 'Incremental', 'SyncNow',
                    'test', 1, 1, 'Extracting', '{things.Request}', now(), now())
            """);
        return things;
    }

    static string NewId() => Guid.NewGuid().ToString();
}
