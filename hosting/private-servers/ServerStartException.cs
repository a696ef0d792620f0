namespace Headgate.PrivateServers;

/// <summary>A private server ended while starting, or did not answer in time. The message ends with its last log lines.</summary>
public sealed class ServerStartException(string message, Exception? cause = null) : Exception(message, cause);
