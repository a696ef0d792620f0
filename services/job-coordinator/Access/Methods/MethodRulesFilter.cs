namespace Headgate.JobCoordinator.Access.Methods;

/// <summary>Keeps a server from starting with a method that has no rule.</summary>
sealed class MethodRulesFilter(MethodRules rules) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        // Endpoints are known when the pipeline stands, and no connection is accepted before.
        next(application);
        rules.Take();
    };
}
