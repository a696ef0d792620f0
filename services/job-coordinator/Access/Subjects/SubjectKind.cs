namespace Headgate.JobCoordinator.Access.Subjects;

/// <summary>What is named by an id.</summary>
enum SubjectKind
{
    Pipeline,
    Job,

    /// <summary>A job by its Request ID.</summary>
    Request,
    ApiKey,
}
