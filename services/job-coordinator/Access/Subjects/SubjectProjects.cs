using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;

namespace Headgate.JobCoordinator.Access.Subjects;

/// <summary>Finds the project of what is named by an id.</summary>
sealed class SubjectProjects(CoordinatorState state)
{
    /// <summary>Null: it is of all projects, as a key can be.</summary>
    /// <exception cref="Grpc.Core.RpcException">NOT_FOUND: there is no such thing.</exception>
    public async Task<string?> OfAsync(Subject.ById subject, CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand(subject.Kind switch
        {
            SubjectKind.Pipeline => "select project from coordinator.pipeline where pipeline_id = $1",
            // Accepted a moment ago, a job is its pipeline's before it is there.
            SubjectKind.Job =>
                "select project from coordinator.sync_job where job_id = $1 union all select project from coordinator.pipeline where current_job_id = $1 limit 1",
            SubjectKind.Request => "select project from coordinator.sync_job where request_id = $1",
            SubjectKind.ApiKey => "select project from coordinator.api_key where key_id = $1",
            _ => throw new ArgumentOutOfRangeException(nameof(subject)),
        });
        command.Parameters.AddWithValue(subject.Id);
        return await command.ExecuteScalarAsync(cancellationToken) switch
        {
            null => throw NotFound(subject),
            var project => project as string,
        };
    }

    /// <summary>The same whether it does not exist or is of a foreign project.</summary>
    public static Grpc.Core.RpcException NotFound(Subject.ById subject) => CallErrors.NotFound($"There is no {Shown(subject.Kind)} {subject.Id}.");

    public static string Shown(SubjectKind kind) => kind switch
    {
        SubjectKind.Pipeline => "pipeline",
        SubjectKind.Job => "job",
        SubjectKind.Request => "job with Request ID",
        SubjectKind.ApiKey => "API key",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
