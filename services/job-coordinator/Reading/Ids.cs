using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Reading;

/// <summary>UUIDs in requests.</summary>
static class Ids
{
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it is none.</exception>
    public static Guid Parse(string field, string text) =>
        Guid.TryParseExact(text, "D", out var id) ? id : throw CallErrors.Invalid((field, "It is not a UUID."));
}
