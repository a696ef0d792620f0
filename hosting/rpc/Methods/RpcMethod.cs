using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Headgate.Rpc.Methods;

/// <summary>A method that is served.</summary>
public sealed record RpcMethod
{
    public required IMethod Method { get; init; }

    /// <summary>As the proto defines it, with its options: <c>Descriptor.GetOptions()?.GetExtension(...)</c>.</summary>
    public required MethodDescriptor Descriptor { get; init; }

    /// <summary>Whether calling it changes nothing, by its idempotency_level in the proto.</summary>
    public bool HasNoSideEffects => Descriptor.GetOptions()?.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects;
}
