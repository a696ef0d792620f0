using System.Buffers;
using System.Net;
using Google.Protobuf;
using Headgate.Rpc.Connect;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Calls;

/// <summary>A request as bytes, for what the client would never send.</summary>
sealed class GrpcRequest(ProbeServer server, string method, byte[] body) : IDisposable
{
    static readonly string Service = ProbeReflection.Descriptor.Services[0].FullName;

    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };

    public GrpcRequest(ProbeServer server, string method, IMessage message)
        : this(server, method, FrameOf(message))
    {
    }

    public string ContentType { get; set; } = "application/grpc";

    public HttpMethod Verb { get; set; } = HttpMethod.Post;

    public Version Version { get; set; } = HttpVersion.Version20;

    public static byte[] FrameOf(IMessage message, byte flags = 0) => FrameOf(message.ToByteArray(), flags);

    public static byte[] FrameOf(byte[] payload, byte flags = 0)
    {
        var frame = new ArrayBufferWriter<byte>();
        Frame.Write(frame, flags, payload);
        return frame.WrittenSpan.ToArray();
    }

    public async Task<GrpcResponse> SendAsync(params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(Verb, new Uri(server.Address, method.Contains('/') ? method : $"/{Service}/{method}"))
        {
            Version = Version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (Verb != HttpMethod.Get) request.Content = new ByteArrayContent(body);
        if (ContentType.Length > 0) request.Content?.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return new GrpcResponse(
            (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value)),
            response.TrailingHeaders.ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(',', header.Value)));
    }

    public void Dispose() => http.Dispose();
}
