namespace Headgate.Standalone.Demo;

/// <summary>The demonstration did not show what it is there to show.</summary>
sealed class DemoFailedException(string message) : Exception(message);
