using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headgate.Contracts.Pipelines;
using Headgate.Notifier.Tests.Running;

namespace Headgate.Notifier.Tests.Webhooks;

/// <summary>Calls of webhooks, whose URLs are secrets.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    readonly Guid _job = Guid.NewGuid();
    readonly Guid _id = Guid.NewGuid();
    readonly string _file = Path.GetTempFileName();
    NotifierBench _bench = null!;
    WebhookServer _receiver = null!;

    NotifyDefinition Hook => new() { Webhook = $"file:{_file}" };

    public async Task InitializeAsync()
    {
        _bench = await NotifierBench.StartAsync();
        _receiver = await WebhookServer.StartAsync();
        await File.WriteAllTextAsync(_file, _receiver.Url);
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _bench.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task Webhook_is_told_once_with_an_id_to_drop_duplicates_by()
    {
        await using var notifier = await _bench.RunAsync();
        foreach (var id in (Guid[])[_id, _id, Guid.NewGuid()]) await notifier.DeliverAsync(Events.Canceled(_job, Hook), id);
        var call = await _receiver.NextAsync();
        await _bench.RowAsync(_job, "state = 'Sent'");

        Assert.Equal((0, $"{_id}", "application/json"), (_receiver.Left, call.Headers["Idempotency-Key"], call.Headers["Content-Type"]));
        Assert.False(call.Headers.ContainsKey("Headgate-Signature"));
        var body = JsonDocument.Parse(call.Body).RootElement;
        Assert.Equal(
            (_id, "ExtractionCanceled", "sales", "crm", _job, "ann", "wrong mapping", 80_000),
            (body.GetProperty("id").GetGuid(), Text("kind"), Text("project"), Text("pipeline"), body.GetProperty("jobId").GetGuid(), Text("actor"), Text("reason"),
                body.GetProperty("counts").GetProperty("extracted").GetInt64()));
        Assert.Equal(Events.At, body.GetProperty("at").GetDateTimeOffset());

        string? Text(string name) => body.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Mail_and_webhook_of_one_notice_go_side_by_side()
    {
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Failed(_job, Hook with { Email = "ops@example.com" }));
        await _receiver.NextAsync();
        await _bench.Mail.ReceivedAsync(_ => true);
    }

    [Fact]
    public async Task Body_is_signed_where_a_secret_is_named()
    {
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "signing-secret\n");
        await using var notifier = await _bench.RunAsync(("WEBHOOK__SECRET", $"file:{secret}"));
        await notifier.DeliverAsync(Events.Canceled(_job, Hook));
        var call = await _receiver.NextAsync();
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("signing-secret"), Encoding.UTF8.GetBytes(call.Body)));
        Assert.Equal($"sha256={expected}", call.Headers["Headgate-Signature"]);
        File.Delete(secret);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(302)]
    public async Task Webhook_that_cannot_take_it_now_is_called_again_and_nobody_else(int status)
    {
        _receiver.Answer(status);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job, Hook), _id);
        var (first, second) = (await _receiver.NextAsync(), await _receiver.NextAsync());
        Assert.Equal(($"/{WebhookServer.Secret}", $"/{WebhookServer.Secret}"), (first.Path, second.Path));
        Assert.Equal(($"{_id}", $"{_id}"), (first.Headers["Idempotency-Key"], second.Headers["Idempotency-Key"]));
        await _bench.RowAsync(_job, "state = 'Sent' and tries = 2");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task Webhook_that_refuses_is_not_called_again(int status)
    {
        _receiver.Answer(status);
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job, Hook));
        await _bench.RowAsync(_job, $"state = 'GivenUp' and last_error = 'The webhook answered {status}.'");
    }

    [Fact]
    public async Task Url_is_in_no_row_and_no_log_line_and_is_looked_up_for_each_call()
    {
        await using var notifier = await _bench.RunAsync();
        await File.WriteAllTextAsync(_file, "http://127.0.0.1:1/" + WebhookServer.Secret);
        await notifier.DeliverAsync(Events.Canceled(_job, Hook));
        await _bench.RowAsync(_job, "last_error like 'The webhook could not be called: ConnectionRefused.'");
        await File.WriteAllTextAsync(_file, "ftp://127.0.0.1/" + WebhookServer.Secret);
        await _bench.RowAsync(_job, "last_error like '%holds no http or https URL.'");
        await File.WriteAllTextAsync(_file, _receiver.Url);
        await _bench.RowAsync(_job, "state = 'Sent'");
        Assert.DoesNotContain(WebhookServer.Secret, await _bench.State.ScalarAsync<string>("select o::text from notifier.outbox o"), StringComparison.Ordinal);
        Assert.DoesNotContain(WebhookServer.Secret, notifier.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_headgate_itself_are_not_called()
    {
        await using var notifier = await _bench.RunAsync();
        await notifier.DeliverAsync(Events.Canceled(_job, new NotifyDefinition { Webhook = "env:HEADGATE_AMQP" }));
        await _bench.RowAsync(_job, "state = 'GivenUp' and last_error = 'env:HEADGATE_AMQP is a setting of Headgate itself.'");
    }
}
