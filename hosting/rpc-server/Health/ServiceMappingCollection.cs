using System.Collections;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Services by name, each with the checks that count for it.</summary>
public sealed class ServiceMappingCollection : IEnumerable<KeyValuePair<string, Func<HealthCheckMapContext, bool>>>
{
    readonly Dictionary<string, Func<HealthCheckMapContext, bool>> mappings = new(StringComparer.Ordinal) { [""] = _ => true };

    /// <summary>Maps a service, or maps it anew.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => mappings[name] = predicate;

    public void Clear() => mappings.Clear();

    public IEnumerator<KeyValuePair<string, Func<HealthCheckMapContext, bool>>> GetEnumerator() => mappings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Func<HealthCheckMapContext, bool>? Find(string name) => mappings.GetValueOrDefault(name);
}
