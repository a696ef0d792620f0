namespace Grpc.Core;

[Flags]
public enum WriteFlags
{
    /// <summary>Need not be sent at once: more will follow.</summary>
    BufferHint = 1,

    /// <summary>Is not compressed where others are.</summary>
    NoCompress = 2,
}
