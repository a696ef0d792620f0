using System.IO.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served. Named as in Grpc.AspNetCore.</summary>
public class GrpcServiceOptions
{
    const int DefaultReceiveSize = 4 * 1024 * 1024;

    /// <summary>Bytes of a request message, after decompression. Null: any size. 4 MB.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultReceiveSize;

    /// <summary>Bytes of a response message, before compression. Null: any size, the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether clients are told the message of an exception that is no RpcException. For development only.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>"gzip": responses are compressed for clients that accept it. Null, the default: never.</summary>
    /// <remarks>grpc-js loses messages that are compressed and followed by an error.</remarks>
    public string? ResponseCompressionAlgorithm { get; set; }

    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>Whether calls of services that are not there are left to other endpoints instead of answered with UNIMPLEMENTED.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>Around every call; the first is outermost.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}
