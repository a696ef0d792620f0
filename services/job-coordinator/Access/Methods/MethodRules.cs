using System.Collections.Frozen;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Headgate.Relay.V1;
using Headgate.Rpc.Methods;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Methods;

/// <summary>The rules of all methods that are served.</summary>
sealed class MethodRules(EndpointDataSource endpoints)
{
    // Load balancers and tools ask these before they have a key; they tell what is public anyway: whether the server is well, and the protos.
    static readonly FrozenSet<string> ForEverybody = FrozenSet.Create(
        StringComparer.Ordinal, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

    // Between coordinators and workers, which have no keys.
    static readonly FrozenSet<string> ByStream = FrozenSet.Create(StringComparer.Ordinal, RelayService.Descriptor.FullName);

    FrozenDictionary<string, MethodRule>? _rules;

    /// <summary>By the path that a call has: /headgate.v1.JobService/PauseJob.</summary>
    /// <exception cref="RpcException">The method was not there when the server started: it is not called.</exception>
    public MethodRule Of(string path) => _rules?.GetValueOrDefault(path) ?? throw new RpcException(new Grpc.Core.Status(StatusCode.Unimplemented, $"There is no {path}."));

    /// <summary>Takes the rules of everything that is mapped.</summary>
    /// <exception cref="InvalidOperationException">A method does not say who may call it, or it cannot be seen what a request is about.</exception>
    public void Take() => _rules = endpoints.Endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()).OfType<GrpcMethodMetadata>()
        .ToFrozenDictionary(mapped => mapped.Method.FullName, RuleOf, StringComparer.Ordinal);

    static MethodRule RuleOf(GrpcMethodMetadata mapped)
    {
        var (name, type) = (mapped.Method.FullName.TrimStart('/'), mapped.Method.Type);
        var isByStream = ByStream.Contains(mapped.Method.ServiceName);
        if (isByStream || ForEverybody.Contains(mapped.Method.ServiceName))
            return new MethodRule { Name = name, IsByStream = isByStream, HasNoSideEffects = true, Subjects = Subjects.SubjectFields.None };
        if (RpcMethods.DescriptorOf(mapped) is not { } method) throw Refused(name, "is not defined by a proto");
        var rule = MethodRule.Of(method);
        if (rule.Access is not { Role: Role.Viewer or Role.Operator or Role.Admin, Scope: Scope.Project or Scope.Key })
            throw Refused(name, "does not say who may call it: option (headgate.v1.access) with a role and a scope");
        if (type is MethodType.ClientStreaming or MethodType.DuplexStreaming)
            throw Refused(name, "has a stream of requests, which cannot be checked before it is taken");
        if (rule.Access.Scope == Scope.Project && rule.Subjects.IsEmpty)
            throw Refused(name, "has scope PROJECT, and a request that names no project, pipeline, job, key or file");
        if (type != MethodType.Unary && !rule.HasNoSideEffects)
            throw Refused(name, "changes something and answers with a stream, which is answered before its outcome is recorded");
        return rule;
    }

    static InvalidOperationException Refused(string method, string why) => new($"{method} {why}.");
}
