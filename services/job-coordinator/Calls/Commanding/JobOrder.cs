using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>A command to be given: what, by whom and why.</summary>
/// <param name="Operation">What is commanded, with what makes a difference.</param>
/// <param name="Actor">The caller.</param>
/// <param name="Reason">Null: none was given.</param>
/// <param name="AskedAt">When the call came.</param>
sealed record JobOrder(Operation Operation, string Actor, string? Reason, DateTimeOffset AskedAt)
{
    /// <summary>Of SetJobRate: the ceiling.</summary>
    public int MaxRowsPerSecond { get; init; }

    /// <summary>By force, although records in flight will be in doubt.</summary>
    public bool AcceptInDoubt { get; init; }

    /// <summary>Of a cancel: switch the pipeline's schedule off with it.</summary>
    public bool PauseSchedule { get; init; }

    /// <summary>Of ResumeJob: let it pass the guards that have tripped on it.</summary>
    public bool PassGuards { get; init; }

    /// <summary>Of DiscardJob: because what the job works on is gone.</summary>
    public bool SubjectGone { get; init; }

    public static JobOrder Of(Operation operation, string reason, ServerCallContext context, DateTimeOffset at) =>
        new(operation, context.Caller().Name, reason.Length > 0 ? reason : null, at);
}
