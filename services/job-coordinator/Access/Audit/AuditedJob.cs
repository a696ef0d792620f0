namespace Headgate.JobCoordinator.Access.Audit;

/// <summary>One of the jobs that a call is about, as the audit trail has it.</summary>
/// <param name="Id">The job.</param>
/// <param name="Project">Null: there is no such job, or none for the caller.</param>
/// <param name="Outcome">What became of the command to it.</param>
/// <param name="Sentence">What the caller is told of it.</param>
sealed record AuditedJob(Guid Id, string? Project, string Outcome, string? Sentence);
