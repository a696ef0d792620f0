using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers;

/// <summary>The few calls to RabbitMQ's management API that tests and the launcher need.</summary>
public sealed class RabbitMqManagement : IDisposable
{
    // Totals come straight from the queues; the statistics proper lag by seconds.
    private const string Totals = "disable_stats=true&enable_queue_totals=true";

    private readonly HttpClient _http;

    public RabbitMqManagement(Uri address, string user, string password)
    {
        Address = address;
        User = user;
        Password = password;
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }

    public Uri Address { get; }

    public string User { get; }

    public string Password { get; }

    /// <summary>True when the node runs and listens for AMQP on this port (as it knows it itself).</summary>
    public async Task<bool> ListensAsync(int amqpPort, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await _http.GetAsync($"api/health/checks/port-listener/{amqpPort}", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The version of RabbitMQ that the node runs.</summary>
    public async Task<string> VersionAsync(CancellationToken cancellationToken = default)
        => (await _http.GetFromJsonAsync<JsonObject>("api/overview?disable_stats=true", cancellationToken))?["rabbitmq_version"]?.GetValue<string>()
            ?? "unknown";

    public async Task<IReadOnlyList<QueueInfo>> QueuesAsync(string virtualHost = "/", CancellationToken cancellationToken = default)
        => await _http.GetFromJsonAsync<List<QueueInfo>>($"api/queues/{Escape(virtualHost)}?{Totals}", cancellationToken) ?? [];

    /// <summary>Ready and unacknowledged messages of one queue; null if there is no such queue.</summary>
    public async Task<long?> MessagesAsync(string queue, string virtualHost = "/", CancellationToken cancellationToken = default)
        => (await QueuesAsync(virtualHost, cancellationToken)).FirstOrDefault(info => info.Name == queue)?.Messages;

    /// <summary>Exchanges that clients have declared.</summary>
    public async Task<IReadOnlyList<string>> ExchangesAsync(string virtualHost = "/", CancellationToken cancellationToken = default)
    {
        var exchanges = await _http.GetFromJsonAsync<JsonArray>($"api/exchanges/{Escape(virtualHost)}?disable_stats=true", cancellationToken) ?? [];
        return [.. exchanges.Select(exchange => (string)exchange!["name"]!).Where(name => name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal))];
    }

    /// <summary>The messages that are ready in a queue, payload and properties, as the API writes them; they stay there.</summary>
    public async Task<string> PeekAsync(string queue, string virtualHost = "/", int most = 100_000, CancellationToken cancellationToken = default)
    {
        var wanted = new JsonObject { ["count"] = most, ["ackmode"] = "ack_requeue_true", ["encoding"] = "auto" };
        using var answer = await _http.PostAsJsonAsync($"api/queues/{Escape(virtualHost)}/{Escape(queue)}/get", wanted, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? body
            : throw new HttpRequestException($"RabbitMQ did not show queue {queue}: {(int)answer.StatusCode} {body}", null, answer.StatusCode);
    }

    public async Task PurgeAllAsync(string virtualHost = "/", CancellationToken cancellationToken = default)
    {
        foreach (var queue in await QueuesAsync(virtualHost, cancellationToken))
            await PurgeAsync(queue.Name, virtualHost, cancellationToken);
    }

    /// <summary>Empties one queue of what is ready in it. Refused for a queue that is another connection's own.</summary>
    public Task PurgeAsync(string queue, string virtualHost = "/", CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Delete, $"api/queues/{Escape(virtualHost)}/{Escape(queue)}/contents", null, cancellationToken);

    public Task CreateUserAsync(string name, string password, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Put, $"api/users/{Escape(name)}", new JsonObject { ["password"] = password, ["tags"] = "" }, cancellationToken);

    public Task DeleteUserAsync(string name, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Delete, $"api/users/{Escape(name)}", null, cancellationToken);

    /// <summary>Makes a virtual host and lets these users and this administrator do anything in it.</summary>
    public async Task CreateVirtualHostAsync(string name, IEnumerable<string> users, CancellationToken cancellationToken = default)
    {
        await SendAsync(HttpMethod.Put, $"api/vhosts/{Escape(name)}", [], cancellationToken);
        foreach (var user in users.Append(User).Distinct(StringComparer.Ordinal))
        {
            var all = new JsonObject { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" };
            await SendAsync(HttpMethod.Put, $"api/permissions/{Escape(name)}/{Escape(user)}", all, cancellationToken);
        }
    }

    /// <summary>Gives a user these rights in a virtual host, and no others there.</summary>
    public Task GrantAsync(string virtualHost, ServiceUser user, CancellationToken cancellationToken = default)
        => SendAsync(
            HttpMethod.Put,
            $"api/permissions/{Escape(virtualHost)}/{Escape(user.Name)}",
            new JsonObject { ["configure"] = user.Configure, ["write"] = user.Write, ["read"] = user.Read },
            cancellationToken);

    public Task DeleteVirtualHostAsync(string name, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Delete, $"api/vhosts/{Escape(name)}", null, cancellationToken);

    /// <summary>How many connections this user has at this moment.</summary>
    public async Task<int> ConnectionsAsync(string user, CancellationToken cancellationToken = default)
        => (await _http.GetFromJsonAsync<JsonArray>($"api/connections/username/{Escape(user)}", cancellationToken) ?? []).Count;

    /// <summary>
    /// Cuts every connection of this user, as an operator or a failing network would. The node takes note of a connection
    /// shortly after its client is let in: so this waits up to five seconds for the first one.
    /// </summary>
    /// <returns>How many there were to cut.</returns>
    public async Task<int> CloseConnectionsAsync(string user, CancellationToken cancellationToken = default)
    {
        var open = 0;
        await Wait.UntilAsync(async () => (open = await ConnectionsAsync(user, cancellationToken)) > 0, TimeSpan.FromSeconds(5), cancellationToken);
        await SendAsync(HttpMethod.Delete, $"api/connections/username/{Escape(user)}", null, cancellationToken);
        return open;
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request, cancellationToken);
        // What is to be deleted may be gone already: a queue that expired, a client that left.
        if (method == HttpMethod.Delete && answer.StatusCode == HttpStatusCode.NotFound)
            return;
        if (!answer.IsSuccessStatusCode)
        {
            var reason = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new HttpRequestException($"RabbitMQ refused {method} {path}: {(int)answer.StatusCode} {reason}", inner: null, answer.StatusCode);
        }
    }

    private static string Escape(string part) => Uri.EscapeDataString(part);
}
