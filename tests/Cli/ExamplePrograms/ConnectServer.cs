using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Headgate.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.Cli.Tests.ExamplePrograms;

/// <summary>The two methods of the examples as plain HTTP and JSON. Each stream that is opened is answered by the next of the script.</summary>
sealed class ConnectServer : IAsyncDisposable
{
    const int HeaderLength = 5;

    readonly WebApplication _application;
    readonly Queue<Func<Stream, HttpContext, Task>> _streams;
    readonly List<WatchJobRequest> _watched = [];

    ConnectServer(WebApplication application, IEnumerable<Func<Stream, HttpContext, Task>> streams) =>
        (_application, _streams) = (application, new(streams));

    public string Address => _application.Urls.Single();

    /// <summary>What the streams were opened with.</summary>
    public IReadOnlyList<WatchJobRequest> Watched => _watched;

    public static async Task<ConnectServer> StartAsync(X509Certificate2? certificate, params Func<Stream, HttpContext, Task>[] streams)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var application = builder.Build();
        var server = new ConnectServer(application, streams);
        application.MapPost("/headgate.v1.PipelineService/SyncNow", () => Results.Text(JsonFormatter.Default.Format(server.Started), "application/json"));
        application.MapPost("/headgate.v1.JobService/WatchJob", server.WatchAsync);
        await application.StartAsync();
        return server;
    }

    public SyncNowResponse Started { get; } = new() { Job = Running.Examples.Job(JobState.Pending), Sentence = "It starts." };

    public static Task SendAsync(Stream stream, IMessage message) => SendAsync(stream, 0, JsonFormatter.Default.Format(message));

    /// <param name="stream">Where the client reads.</param>
    /// <param name="flags">2: the last one.</param>
    /// <param name="json">The message.</param>
    public static async Task SendAsync(Stream stream, byte flags, string json)
    {
        var message = System.Text.Encoding.UTF8.GetBytes(json);
        var header = new byte[HeaderLength];
        header[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.Length);
        await stream.WriteAsync((byte[])[.. header, .. message]);
        await stream.FlushAsync();
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    async Task WatchAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var envelope = body.ToArray();
        Assert.Equal((0, envelope.Length - HeaderLength), (envelope[0], BinaryPrimitives.ReadInt32BigEndian(envelope.AsSpan(1))));
        _watched.Add(JsonParser.Default.Parse<WatchJobRequest>(System.Text.Encoding.UTF8.GetString(envelope.AsSpan(HeaderLength))));
        http.Response.ContentType = "application/connect+json";
        await _streams.Dequeue()(http.Response.Body, http);
    }
}
