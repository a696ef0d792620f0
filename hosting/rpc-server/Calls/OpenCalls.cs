namespace Headgate.Rpc.Server.Calls;

/// <summary>Counts the calls whose handlers run, those included that were answered already.</summary>
sealed class OpenCalls
{
    int count;

    public int Count => Volatile.Read(ref count);

    public void Begin() => Interlocked.Increment(ref count);

    public void End() => Interlocked.Decrement(ref count);
}
