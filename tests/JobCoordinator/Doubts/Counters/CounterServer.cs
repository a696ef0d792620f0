using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.JobCoordinator.Tests.Doubts.Counters;

/// <summary>
/// A real HTTP server that counts: each POST adds one to a record's counter, also one that comes again. What was counted it tells by the
/// idempotency key of the request. A test says which requests it does not answer, before or after it has counted.
/// </summary>
sealed class CounterServer : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    readonly TaskCompletionSource _lookups = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    WebApplication _server = null!;
    int _silentRequests;

    /// <summary>Records that are counted and not answered.</summary>
    public HashSet<string> CountsInSilence { get; } = [];

    /// <summary>Records that are neither counted nor answered.</summary>
    public HashSet<string> Swallows { get; } = [];

    public string Url => _server.Urls.Single();

    /// <summary>Requests by idempotency key that came, whatever was made of them.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>How often each was counted.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public static async Task<CounterServer> StartAsync()
    {
        var counters = new CounterServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.Protocols = HttpProtocols.Http1));
        counters._server = builder.Build();
        counters._server.MapPost("/records/{id}", counters.CountAsync);
        counters._server.MapGet("/requests/{key}", counters.FindAsync);
        await counters._server.StartAsync();
        return counters;
    }

    /// <summary>Until all of the requests that are not answered are here.</summary>
    public Task SilentAsync() => _silent.Task;

    /// <summary>From here on it tells what it has counted.</summary>
    public void AnswerLookups() => _lookups.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        AnswerLookups();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }

    async Task<IResult> CountAsync(string id, HttpRequest request)
    {
        var key = request.Headers["Idempotency-Key"].ToString();
        Received.Enqueue(key);
        if (!Swallows.Contains(id)) _counts.AddOrUpdate(key, 1, (_, count) => count + 1);
        if (!Swallows.Contains(id) && !CountsInSilence.Contains(id)) return Results.NoContent();
        if (Interlocked.Increment(ref _silentRequests) == Swallows.Count + CountsInSilence.Count) _silent.SetResult();
        await Task.Delay(Timeout.Infinite, request.HttpContext.RequestAborted);
        return Results.NoContent();
    }

    async Task<IResult> FindAsync(string key, HttpRequest request)
    {
        await _lookups.Task.WaitAsync(request.HttpContext.RequestAborted);
        return _counts.ContainsKey(key) ? Results.NoContent() : Results.NotFound();
    }
}
