namespace Headgate.Rpc.Tests.Probe;

public sealed class MappedException(string message) : Exception(message);
