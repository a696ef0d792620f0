using Headgate.JobCoordinator.Calls;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Subjects;

/// <summary>
/// Reads references. One that names two things is refused before anything is looked up: the one that was checked and the one that is used
/// could be different ones.
/// </summary>
static class References
{
    public static IEnumerable<Subject> OfProject(string project, string path) => project.Length > 0 ? [new Subject.NamedProject(path, project)] : [];

    public static Subject Of(PipelineReference reference, string path) => reference switch
    {
        { Id: "", Project: not "", Name: not "" } => new Subject.NamedPipeline(path, reference.Project, reference.Name),
        { Id: not "", Project: "", Name: "" } => ById(SubjectKind.Pipeline, reference.Id, $"{path}.id"),
        _ => throw CallErrors.Invalid((path, "Expected project and name of a pipeline, or its id, and not both.")),
    };

    public static Subject Of(JobReference reference, string path) => reference.ByCase switch
    {
        JobReference.ByOneofCase.Id => ById(SubjectKind.Job, reference.Id, $"{path}.id"),
        JobReference.ByOneofCase.RequestId => ById(SubjectKind.Request, reference.RequestId, $"{path}.request_id"),
        JobReference.ByOneofCase.Pipeline => Of(reference.Pipeline, $"{path}.pipeline"),
        _ => throw CallErrors.Invalid((path, "Expected a job by id, by request_id or by its pipeline.")),
    };

    public static Subject.ById ById(SubjectKind kind, string id, string path) =>
        Guid.TryParseExact(id, "D", out var parsed) ? new Subject.ById(path, kind, parsed) : throw CallErrors.Invalid((path, "Expected a UUID."));
}
