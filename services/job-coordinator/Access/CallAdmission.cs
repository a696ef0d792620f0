using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Calls;
using Headgate.Rpc.Connect;
using Npgsql;

namespace Headgate.JobCoordinator.Access;

/// <summary>
/// Whoever has no key that is accepted sends no body that costs anything. It lets nobody in: <see cref="AccessInterceptor"/> asks again, since
/// a key can be revoked while a body comes.
/// </summary>
sealed class CallAdmission(MethodRules rules, Authentication authentication) : ICallAdmission
{
    public async ValueTask AdmitAsync(HttpContext http, string method)
    {
        if (rules.Of(method).Access is null) return;
        try
        {
            await authentication.CallerOfAsync(http.Request.Headers.Authorization.ToString(), http.Connection.RemoteIpAddress, http.RequestAborted);
        }
        catch (NpgsqlException)
        {
            // As the interceptor does, which would come to the same end.
            throw CallErrors.Unavailable("The state database does not answer.");
        }
    }
}
