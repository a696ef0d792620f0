namespace Headgate.PipelineFiles;

/// <summary>A reference that could not be resolved. The message names the reference and never a value.</summary>
public sealed class ConnectionReferenceException : Exception
{
    /// <summary>With what is wrong.</summary>
    public ConnectionReferenceException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong and why.</summary>
    public ConnectionReferenceException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
