using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Operation = Headgate.V1.Operation;

namespace Headgate.JobCoordinator.Calls.Commanding;

/// <summary>A command to be given: what, by whom and why.</summary>
/// <param name="Operation">What is commanded, with what makes a difference.</param>
/// <param name="Actor">The caller.</param>
/// <param name="Reason">Null: none was given.</param>
/// <param name="AskedAt">When the call came.</param>
/// <param name="MaxRowsPerSecond">Of SetJobRate: the ceiling.</param>
sealed record JobOrder(Operation Operation, string Actor, string? Reason, DateTimeOffset AskedAt, int MaxRowsPerSecond = 0)
{
    public static JobOrder Of(Operation operation, string reason, ServerCallContext context, DateTimeOffset at, int maxRowsPerSecond = 0) =>
        new(operation, context.Caller().Name, reason.Length > 0 ? reason : null, at, maxRowsPerSecond);
}
