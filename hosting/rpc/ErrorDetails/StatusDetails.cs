using Google.Protobuf;

namespace Google.Rpc;

/// <summary>Reads details out of a status.</summary>
public sealed partial class Status
{
    /// <summary>The first detail of a type, or null.</summary>
    public T? GetDetail<T>()
        where T : class, IMessage<T>, new()
    {
        foreach (var detail in Details)
        {
            if (detail.TryUnpack<T>(out var found)) return found;
        }

        return null;
    }
}
