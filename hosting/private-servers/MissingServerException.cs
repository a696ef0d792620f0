namespace Headgate.PrivateServers;

/// <summary>A server's programs are not on this machine and no container can stand in. The message says how to get them.</summary>
public sealed class MissingServerException(string message) : Exception(message);
