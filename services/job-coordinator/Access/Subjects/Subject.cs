namespace Headgate.JobCoordinator.Access.Subjects;

/// <summary>Something that a request says it is about.</summary>
/// <param name="Field">The request's field that says so.</param>
abstract record Subject(string Field)
{
    /// <summary>A project by name.</summary>
    public sealed record NamedProject(string Field, string Name) : Subject(Field)
    {
        public override string ToString() => $"project {Name}";
    }

    /// <summary>All projects, those to come too.</summary>
    public sealed record AllProjects(string Field) : Subject(Field)
    {
        public override string ToString() => "all projects";
    }

    /// <summary>A pipeline by project and name; whether it is there is the service's to say.</summary>
    public sealed record NamedPipeline(string Field, string Project, string Name) : Subject(Field)
    {
        public override string ToString() => $"pipeline {Project}/{Name}";
    }

    /// <summary>Something by id, which has to be looked up for its project.</summary>
    public sealed record ById(string Field, SubjectKind Kind, Guid Id) : Subject(Field)
    {
        public override string ToString() => $"{SubjectProjects.Shown(Kind)} {Id}";
    }

    /// <summary>Pipeline files: the service finds the projects in them, and asks <see cref="Callers.Caller.DemandProject"/> for each.</summary>
    public sealed record Files(string Field) : Subject(Field)
    {
        public override string ToString() => "pipeline files";
    }
}
