using Grpc.Core;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Audit;

/// <summary>A command as the audit trail has it.</summary>
sealed class AuditedCall
{
    static readonly object Key = new();

    public Guid Id { get; } = Guid.CreateVersion7();

    public required Caller Caller { get; init; }

    public required string Method { get; init; }

    /// <summary>Null: none, several, or all.</summary>
    public string? Project { get; set; }

    public string? Subject { get; set; }

    /// <summary>Null: not known, or what the method's name says.</summary>
    public Operation? Operation { get; set; }

    public string Reason { get; init; } = "";

    public static AuditedCall? Of(ServerCallContext context) => context.UserState.TryGetValue(Key, out var call) ? (AuditedCall)call : null;

    public void SetFor(ServerCallContext context) => context.UserState[Key] = this;
}
