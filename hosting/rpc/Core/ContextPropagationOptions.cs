namespace Grpc.Core;

/// <summary>There for implementations of <see cref="ServerCallContext"/>; nothing is propagated.</summary>
public class ContextPropagationOptions
{
    public static readonly ContextPropagationOptions Default = new();
}
