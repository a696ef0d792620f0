using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Headgate.JobCoordinator.Access.Audit;
using Headgate.JobCoordinator.Access.Callers;
using Headgate.JobCoordinator.Access.Errors;
using Headgate.JobCoordinator.Access.Methods;
using Headgate.JobCoordinator.Access.Streams;
using Headgate.JobCoordinator.Access.Subjects;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Relaying;
using Headgate.V1;
using Npgsql;

namespace Headgate.JobCoordinator.Access;

/// <summary>
/// The one place that decides who may call what, by the option `headgate.v1.access` of the method: first who calls, then whether the role
/// suffices, then whether all that the request names is the caller's. What only a service can find it asks its <see cref="Caller"/> about.
/// </summary>
sealed partial class AccessInterceptor(
    MethodRules rules, Authentication authentication, SubjectProjects projects, StreamEnds ends, OpenStreams streams, AuditTrail trail,
    ILogger<AccessInterceptor> log)
    : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(request, context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (await AdmitAsync(request, context) is { } caller)
            await ends.RunAsync(caller, context, responseStream, (writer, call) => continuation(request, writer, call));
        else
            await continuation(request, responseStream, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        DemandOpen(context);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (rules.Of(context.Method).IsByStream) context.SetStream(streams.Take(context.RequestHeaders));
        else DemandOpen(context);
        return continuation(requestStream, responseStream, context);
    }

    void DemandOpen(ServerCallContext context)
    {
        if (rules.Of(context.Method).Access is not null) throw new InvalidOperationException($"{context.Method} cannot be checked.");
    }

    /// <summary>Null: the method is for everybody.</summary>
    async Task<Caller?> AdmitAsync<TRequest>(TRequest request, ServerCallContext context)
    {
        var rule = rules.Of(context.Method);
        if (rule.Access is null) return null;
        try
        {
            var caller = await authentication.CallerOfAsync(context);
            context.SetCaller(caller);
            var message = (IMessage)request!;
            if (rule.HasNoSideEffects) await AuthorizeAsync(rule, caller, message, call: null, context.CancellationToken);
            else await AuthorizeCommandAsync(rule, caller, message, context);
            return caller;
        }
        catch (NpgsqlException error)
        {
            LogDatabaseAway(rule.Name, error.GetType().Name, error.SqlState);
            throw CallErrors.Unavailable("The state database does not answer.");
        }
    }

    async Task AuthorizeCommandAsync(MethodRule rule, Caller caller, IMessage request, ServerCallContext context)
    {
        var call = new AuditedCall { Caller = caller, Method = rule.Name, Reason = CommandFields.ReasonOf(request) };
        try
        {
            await AuthorizeAsync(rule, caller, request, call, context.CancellationToken);
        }
        catch (RpcException refusal)
        {
            await trail.EndAsync(call, refusal.StatusCode, refusal.Status.Detail);
            throw;
        }

        call.SetFor(context);
    }

    async Task AuthorizeAsync(MethodRule rule, Caller caller, IMessage request, AuditedCall? call, CancellationToken cancellationToken)
    {
        var needed = RoleFor(rule, request);
        if (caller.Role < needed) throw AccessErrors.RoleTooLow(caller, rule.Name, needed);
        RequestTexts.Check(request);
        CommandFields.Check(request);
        var subjects = rule.Subjects.Of(request);
        if (subjects.Count == 0 && rule.Access!.Scope == Scope.Project)
            throw CallErrors.Invalid((rule.Subjects.Paths, "Not set: expected what the call is about."));
        if (call is not null) call.Subject = string.Join(", ", subjects);
        foreach (var subject in subjects)
        {
            var project = await DemandAsync(subject, caller, isAudited: call is not null, cancellationToken);
            if (call is not null) call.Project ??= project;
        }
    }

    // The one method whose role depends on what it is told to do.
    static Role RoleFor(MethodRule rule, IMessage request) =>
        request is OperateJobsRequest { CommandCase: OperateJobsRequest.CommandOneofCase.Abandon } ? Role.Admin : rule.Access!.Role;

    async Task<string?> DemandAsync(Subject subject, Caller caller, bool isAudited, CancellationToken cancellationToken)
    {
        switch (subject)
        {
            case Subject.NamedProject named:
                caller.DemandProject(named.Name);
                return named.Name;
            case Subject.NamedPipeline named:
                caller.DemandProject(named.Project);
                return named.Project;
            case Subject.AllProjects:
                return caller.Project is null ? null : throw AccessErrors.NotOfAllProjects(caller);
            case Subject.ById byId when caller.Project is not null || isAudited:
                var project = await projects.OfAsync(byId, cancellationToken);
                // Foreign ones are not there; who is bound to one project could otherwise find out which ids exist.
                return caller.Project is null || project == caller.Project ? project : throw SubjectProjects.NotFound(byId);
            case Subject.ById or Subject.Files:
                return null;
            default:
                throw new InvalidOperationException($"Nothing is known of {subject.GetType().Name}.");
        }
    }
}
