namespace Grpc.Core;

/// <summary>There for implementations of <see cref="ServerCallContext"/>; nothing is propagated.</summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken()
    {
    }
}
