namespace Headgate.Bench.Calls;

/// <summary>What stands between Kestrel and a handler.</summary>
enum CallComposition
{
    /// <summary>As the coordinator has it.</summary>
    Headgate,

    /// <summary>The same without any interceptor: no key is asked for, nothing is logged or measured, no error mapped.</summary>
    WithoutInterceptors,

    /// <summary>Grpc.AspNetCore on a port of HTTP/2 alone.</summary>
    GrpcAlone,

    /// <summary>Kestrel, and an answer that is there already.</summary>
    Bare,
}
