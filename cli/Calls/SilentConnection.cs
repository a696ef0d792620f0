using Grpc.Core;

namespace Headgate.Cli.Calls;

static class SilentConnection
{
    /// <summary>Whether a call has ended as its connection's ping was not answered, which is INTERNAL by the client and has no code of its own.</summary>
    public static bool IsUnansweredPing(this RpcException error)
    {
        for (var each = error.Status.DebugException; each is not null; each = each.InnerException)
            if (each is HttpProtocolException && each.Message.Contains("KeepAlivePing", StringComparison.Ordinal)) return true;
        return false;
    }
}
