using Headgate.JobCoordinator.Access.Errors;

namespace Headgate.JobCoordinator.Reading;

/// <summary>Which projects a call is about.</summary>
static class Projects
{
    /// <summary>Null: of every project.</summary>
    /// <param name="named">In the request; empty: none.</param>
    /// <param name="bound">What the caller is bound to; null: all.</param>
    /// <exception cref="Grpc.Core.RpcException">PERMISSION_DENIED: a foreign one is named.</exception>
    public static string? Check(string named, string? bound) => (named, bound) switch
    {
        ("", _) => bound,
        (_, null) => named,
        _ => named == bound ? named : throw AccessErrors.ForeignProject(named),
    };

    /// <summary>Whether a caller that is bound to a project, or to all, may see something.</summary>
    public static bool MaySee(string? bound, string project) => bound is null || bound == project;
}
