using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Headgate.JobCoordinator.Tests.Access;

static class BearerInvoker
{
    /// <summary>Sends a secret with every call, as clients do.</summary>
    public static CallInvoker With(this CallInvoker invoker, string secret) => invoker.Intercept(headers =>
    {
        headers.Add("authorization", $"Bearer {secret}");
        return headers;
    });
}
