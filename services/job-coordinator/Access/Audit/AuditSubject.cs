using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Audit;

/// <summary>For services that know better than the request says what a command was about.</summary>
public static class AuditSubject
{
    /// <summary>What the row with the command's outcome names; before the service answers. Null: several projects, or all.</summary>
    public static void SetAuditSubject(this ServerCallContext context, string? project, string subject)
    {
        if (AuditedCall.Of(context) is { } call) (call.Project, call.Subject) = (project, subject);
    }

    /// <summary>What the row with the command's outcome says was commanded, where the method alone does not tell.</summary>
    public static void SetAuditOperation(this ServerCallContext context, Operation operation)
    {
        if (AuditedCall.Of(context) is { } call) call.Operation = operation;
    }
}
