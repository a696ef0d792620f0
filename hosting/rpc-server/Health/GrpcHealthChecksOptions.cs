namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which checks make up the health of which service. Named as in Grpc.AspNetCore.HealthChecks.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>The empty name is the server as a whole; it is mapped to all checks from the start.</summary>
    public ServiceMappingCollection Services { get; } = [];
}
