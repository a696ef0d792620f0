using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Headgate.Notifier.Tests.Webhooks;

/// <summary>A receiver of webhooks that answers as it is told.</summary>
sealed class WebhookServer : IAsyncDisposable
{
    const string SecretPath = "hook-7f3a9c";
    readonly WebApplication _application;
    readonly ConcurrentQueue<int> _answers = new();
    readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    WebhookServer(WebApplication application) => _application = application;

    public sealed record Call(string Path, string Body, IReadOnlyDictionary<string, string> Headers);

    /// <summary>With the part that nobody may see.</summary>
    public string Url => $"{_application.Urls.First()}/{SecretPath}";

    public static string Secret => SecretPath;

    public static async Task<WebhookServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var server = new WebhookServer(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        return server;
    }

    public void Answer(params int[] statuses)
    {
        foreach (var status in statuses) _answers.Enqueue(status);
    }

    public async Task<Call> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _calls.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Those that nobody has asked for.</summary>
    public int Left => _calls.Reader.Count;

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var call = new Call(context.Request.Path, await reader.ReadToEndAsync(), headers);
        context.Response.StatusCode = _answers.TryDequeue(out var status) ? status : 204;
        context.Response.Headers.Location = "/elsewhere";
        await _calls.Writer.WriteAsync(call);
    }
}
