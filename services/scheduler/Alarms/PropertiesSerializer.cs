using System.Collections.Specialized;
using System.Text.Json;
using Quartz.Spi;

namespace Headgate.Scheduler.Alarms;

/// <summary>
/// How Quartz stores what belongs to a trigger: texts by name, which a recovered job is given of the one that it recovers. Nothing else is
/// stored as an object here.
/// </summary>
public sealed class PropertiesSerializer : IObjectSerializer
{
    public void Initialize()
    {
    }

    public byte[] Serialize<T>(T obj)
        where T : class =>
        obj is NameValueCollection properties
            ? JsonSerializer.SerializeToUtf8Bytes(properties.AllKeys.ToDictionary(key => key ?? "", key => properties[key]))
            : throw new NotSupportedException($"{obj.GetType()} is not stored as an object.");

    public T? DeSerialize<T>(byte[] data)
        where T : class
    {
        if (typeof(T) != typeof(NameValueCollection)) throw new NotSupportedException($"{typeof(T)} is not stored as an object.");
        var properties = new NameValueCollection();
        foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, string?>>(data) ?? []) properties[key] = value;
        return (T)(object)properties;
    }
}
