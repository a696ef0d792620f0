using System.Collections.Concurrent;

namespace Headgate.Rpc.Tests.Probe;

/// <summary>The calls that tests have given a name.</summary>
public sealed class ProbeCalls
{
    readonly ConcurrentDictionary<string, ProbeCall> calls = new(StringComparer.Ordinal);

    public ProbeCall this[string name] => calls.GetOrAdd(name, _ => new ProbeCall());

    public ProbeCall New(out string name)
    {
        name = Guid.NewGuid().ToString("N");
        return this[name];
    }
}
