using Headgate.JobCoordinator.Access.Errors;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Callers;

/// <summary>Who makes a call, and what they may do.</summary>
public sealed record Caller
{
    /// <summary>The actor of everything that is done: the key's name, or `token:` and the holder's.</summary>
    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>The one project that the caller is bound to; null: all.</summary>
    public string? Project { get; init; }

    /// <summary>Null: not by an API key.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>From when on the caller's key or token is not accepted any more; null: it does not expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Under which repeats of the caller are told from those of others. Names of keys come again, this does not.</summary>
    public string Identity => KeyId?.ToString() ?? Name;

    public bool MayUse(string project) => Project is null || Project == project;

    /// <summary>For projects that only the service finds in a request, such as those of pipeline files.</summary>
    /// <exception cref="Grpc.Core.RpcException">PERMISSION_DENIED: the caller is not bound to it.</exception>
    public void DemandProject(string project)
    {
        if (!MayUse(project)) throw AccessErrors.ForeignProject(project);
    }
}
