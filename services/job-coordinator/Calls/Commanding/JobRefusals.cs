using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Database;
using Headgate.JobCoordinator.Jobs;
using Headgate.JobCoordinator.Reading;
using Headgate.V1;
using Npgsql;
using CommandRule = Headgate.Contracts.Jobs.CommandRule;
using JobState = Headgate.V1.JobState;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>Tells callers why a job has refused a command, and what it would accept as it now stands.</summary>
sealed class JobRefusals(CoordinatorState state)
{
    /// <summary>Of jobs that have refused a command; they come with what they answered.</summary>
    public async Task<IReadOnlyDictionary<Guid, Refusal>> OfAsync(
        Operation operation, IReadOnlyList<(JobRow Job, CommandAnswered Answer)> refused, CancellationToken cancellationToken)
    {
        var kept = refused.Where(each => each.Answer.Rule == CommandRule.ActiveJob).Select(each => each.Job.PipelineId);
        var current = await CurrentAsync([.. kept.Distinct()], cancellationToken);
        return refused.ToDictionary(each => each.Job.Id, each => Of(operation, each.Job, each.Answer, current));
    }

    /// <summary>The jobs that keep others of their pipelines from a restart, by pipeline: the latest ones, unless they have ended.</summary>
    public async Task<IReadOnlyDictionary<Guid, (Guid Job, string? State)>> CurrentAsync(
        IReadOnlyList<Guid> pipelines, CancellationToken cancellationToken)
    {
        if (pipelines.Count == 0) return new Dictionary<Guid, (Guid, string?)>();
        await using var command = state.Source.CreateCommand(
            """
            select p.pipeline_id, p.current_job_id, j.state
            from coordinator.pipeline p left join coordinator.sync_job j on j.job_id = p.current_job_id
            where p.pipeline_id = any($1) and p.current_job_id is not null and j.finished_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. pipelines] });
        var found = await command.ListAsync(row => (Pipeline: row.GetGuid(0), Current: (row.GetGuid(1), row.Text(2))), cancellationToken);
        return found.ToDictionary(each => each.Pipeline, each => each.Current);
    }

    static Refusal Of(Operation operation, JobRow job, CommandAnswered answer, IReadOnlyDictionary<Guid, (Guid Job, string? State)> current)
    {
        var refusal = new Refusal
        {
            Rule = RuleOf(answer.Rule),
            JobId = job.Id.ToString(),
            JobState = Enum.Parse<JobState>(job.State),
            WouldAccept = { CommandTable.Accepts(job.State, job.Intent, job.Mode, job.Deleted is not null) },
        };
        if (answer.Rule == CommandRule.SchemaChanged && refusal.WouldAccept.Remove(operation) && refusal.WouldAccept.Remove(Operation.RestartJob))
            refusal.WouldAccept.Insert(0, Operation.RestartJob);
        if (answer.Rule == CommandRule.ActiveJob)
        {
            refusal.WouldAccept.Remove(operation);
            if (current.TryGetValue(job.PipelineId, out var other) && other.Job != job.Id)
            {
                refusal.JobId = other.Job.ToString();
                // One that was promised its turn has no state yet.
                refusal.JobState = other.State is null ? JobState.Unspecified : Enum.Parse<JobState>(other.State);
            }
        }

        refusal.Sentence = Sentence(job, answer, refusal);
        return refusal;
    }

    static string Sentence(JobRow job, CommandAnswered answer, Refusal refusal)
    {
        var why = answer.Sentence.TrimEnd('.');
        if (refusal.JobId != job.Id.ToString()) why += $", {refusal.JobId}";
        var accepts = refusal.WouldAccept.Count == 0 ? "nothing" : string.Join(", ", refusal.WouldAccept.Select(operation => Shown(operation, answer.Rule)));
        return job.State == answer.State
            ? $"{why}; in {job.State} it accepts {accepts}."
            : $"{why}; it was {answer.State} then, and in {job.State} now it accepts {accepts}.";
    }

    // As somebody would call it.
    static string Shown(Operation operation, CommandRule? rule) => operation switch
    {
        Operation.ForceCancelJob when rule == CommandRule.AcceptInDoubt => "CancelJob with mode FORCE and accept_in_doubt",
        Operation.DiscardJob when rule == CommandRule.AcceptInDoubt => "DiscardJob with accept_in_doubt",
        Operation.PauseAndCancelJob => "CancelJob with pause_first",
        Operation.ForceCancelJob => "CancelJob with mode FORCE",
        _ => operation.ToString(),
    };

    static Rule RuleOf(CommandRule? rule) => rule switch
    {
        CommandRule.Final => Rule.Final,
        CommandRule.PauseFirst => Rule.PauseFirst,
        CommandRule.ActiveJob => Rule.ActiveJob,
        CommandRule.AcceptInDoubt => Rule.AcceptInDoubt,
        CommandRule.SchemaChanged => Rule.SchemaChanged,
        _ => Rule.State,
    };
}
