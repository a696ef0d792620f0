namespace Grpc.Net.Client;

/// <summary>How a channel calls. Named as in Grpc.Net.Client.</summary>
public sealed class GrpcChannelOptions
{
    const int DefaultReceiveSize = 4 * 1024 * 1024;

    /// <summary>Bytes of a response message, after decompression. Null: any size. 4 MB.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultReceiveSize;

    /// <summary>Bytes of a request message. Null: any size, the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Sends the requests. Null: a handler of the channel's own, with keepalive.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Sends the requests, instead of a handler.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>Whether the given handler or client is disposed with the channel.</summary>
    public bool DisposeHttpClient { get; set; }

    internal TimeProvider Time { get; set; } = TimeProvider.System;
}
