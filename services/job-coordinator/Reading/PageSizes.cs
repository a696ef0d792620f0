using Headgate.JobCoordinator.Calls;

namespace Headgate.JobCoordinator.Reading;

/// <summary>How much one answer holds.</summary>
static class PageSizes
{
    /// <summary>What is asked for, up to the most.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it is negative.</exception>
    public static int Check(int asked, int usual, int most) => asked switch
    {
        < 0 => throw CallErrors.Invalid(("page_size", "It is negative.")),
        0 => usual,
        _ => Math.Min(asked, most),
    };
}
