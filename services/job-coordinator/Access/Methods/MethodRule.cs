using Google.Protobuf.Reflection;
using Headgate.JobCoordinator.Access.Subjects;
using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Methods;

/// <summary>Who may call a method, as its proto says, and how to find what a request of it is about.</summary>
sealed record MethodRule
{
    /// <summary>As calls name it, without the slash before: headgate.v1.JobService/PauseJob.</summary>
    public required string Name { get; init; }

    /// <summary>Null: anybody may.</summary>
    public V1.Access? Access { get; init; }

    /// <summary>Whoever knows the number of a stream that is open may, once: only workers are told it.</summary>
    public bool IsByStream { get; init; }

    public bool HasNoSideEffects { get; init; }

    public required SubjectFields Subjects { get; init; }

    public static MethodRule Of(MethodDescriptor method) => new()
    {
        Name = $"{method.Service.FullName}/{method.Name}",
        Access = method.GetOptions()?.GetExtension(OptionsExtensions.Access),
        HasNoSideEffects = method.GetOptions()?.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects,
        Subjects = SubjectFields.Of(method.InputType),
    };
}
