namespace Headgate.Bench.Calls;

/// <summary>What stands between Kestrel and a handler.</summary>
enum CallComposition
{
    /// <summary>As the coordinator has it.</summary>
    Headgate,

    /// <summary>The same with no interceptor but that which asks for the key: nothing is logged or measured, no error mapped.</summary>
    AccessAlone,

    /// <summary>The same on a port of HTTP/2 alone; of streams nothing but Grpc.AspNetCore.</summary>
    GrpcAlone,

    /// <summary>Kestrel, and an answer that is there already.</summary>
    Bare,
}
