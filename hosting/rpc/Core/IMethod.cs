namespace Grpc.Core;

/// <summary>A method of a service, whatever its messages are.</summary>
public interface IMethod
{
    MethodType Type { get; }

    /// <summary>With its package: <c>headgate.v1.JobService</c>.</summary>
    string ServiceName { get; }

    string Name { get; }

    /// <summary>The path on the wire: <c>/headgate.v1.JobService/GetJob</c>.</summary>
    string FullName { get; }
}
