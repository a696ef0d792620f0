using System.Collections.Frozen;
using Grpc.Core;

namespace Headgate.JobCoordinator.Calls;

/// <summary>
/// Everything that the .proto files promise and this version does not do yet, in one place. Its calls are answered UNIMPLEMENTED before
/// anything happens, and health says NOT_SERVING of each by its name.
/// </summary>
static class NotYet
{
    /// <summary>Methods by their full names, service and method with a slash between.</summary>
    public static readonly FrozenSet<string> Methods = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "headgate.v1.RecordService/DiffJob",
        ]);

    /// <summary>Null: the method is there.</summary>
    public static RpcException? Find(string path) => Methods.Contains(path.TrimStart('/')) ? Of($"{path.TrimStart('/')} is not there") : null;

    static RpcException Of(string what) => CallErrors.Error(StatusCode.Unimplemented, $"{what} in this version yet; nothing was done.");
}
