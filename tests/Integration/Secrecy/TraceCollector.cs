using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headgate.Integration.Tests.Secrecy;

/// <summary>Where services send traces and metrics, by OTLP over HTTP. Texts lie open in what they send.</summary>
sealed class TraceCollector : IAsyncDisposable
{
    readonly ConcurrentQueue<string> _received = new();
    readonly WebApplication _application;

    TraceCollector(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public string Received => string.Join('\n', _received);

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new TraceCollector(builder.Build());
        collector._application.MapPost("/{**path}", collector.TakeAsync);
        await collector._application.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue(Encoding.UTF8.GetString(body.ToArray()));
    }
}
