namespace Headgate.JobCoordinator.Applying;

/// <summary>A pipeline names a reference that its project may not use. The message does not repeat it.</summary>
public sealed class ReferenceRefusedException(string message) : Exception(message);
