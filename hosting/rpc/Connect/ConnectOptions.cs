namespace Headgate.Rpc.Connect;

/// <summary>How the Connect protocol is served.</summary>
public sealed class ConnectOptions
{
    /// <summary>Levels that the JSON of a request may have. 64.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Whether fields that a message does not have are passed over. False: a misspelt switch of a command must not be lost.</summary>
    public bool IgnoreUnknownFields { get; set; }
}
