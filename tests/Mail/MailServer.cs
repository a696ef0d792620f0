using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using MimeKit;

namespace Headgate.Tests.Mail;

/// <summary>A real SMTP server (python3-aiosmtpd) that records what it receives and errs on demand. It wants STARTTLS and a login unless told otherwise.</summary>
public sealed class MailServer : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("headgate-mail-");
    readonly Lock _lock = new();
    readonly List<ReceivedMail> _received = [];
    readonly Channel<string> _tried = Channel.CreateUnbounded<string>();
    readonly MailProtection _protection;
    readonly string _certificate;
    readonly string _key;
    Channel<bool> _heard = Channel.CreateUnbounded<bool>();
    TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Process? _process;

    MailServer(MailProtection protection)
    {
        _protection = protection;
        (_certificate, _key) = ServerIdentity.Write(_directory.FullName);
        PasswordFile = Path.Combine(_directory.FullName, "password");
        File.WriteAllText(PasswordFile, Password);
    }

    public string Host => "127.0.0.1";

    /// <summary>The same after a restart.</summary>
    public int Port { get; private set; }

    public string User => "headgate";

    public string Password { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    public string PasswordFile { get; }

    /// <summary>Who is to be trusted to trust this server.</summary>
    public string CaFile => _certificate;

    /// <summary>What a notifier has to be told to send by this server.</summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HEADGATE_NOTIFIER__SMTP__HOST"] = Host,
                ["HEADGATE_NOTIFIER__SMTP__PORT"] = $"{Port}",
                ["HEADGATE_NOTIFIER__SMTP__SECURITY"] = $"{_protection}",
                ["HEADGATE_NOTIFIER__SMTP__FROM"] = "Headgate <headgate@example.com>",
            };
            if (_protection == MailProtection.None) return settings;
            settings["HEADGATE_NOTIFIER__SMTP__CAFILE"] = CaFile;
            settings["HEADGATE_NOTIFIER__SMTP__USER"] = User;
            settings["HEADGATE_NOTIFIER__SMTP__PASSWORD"] = $"file:{PasswordFile}";
            return settings;
        }
    }

    /// <summary>All that was received so far, in order.</summary>
    public IReadOnlyList<ReceivedMail> Received
    {
        get
        {
            lock (_lock) return [.. _received];
        }
    }

    public static async Task<MailServer> StartAsync(MailProtection protection = MailProtection.StartTls)
    {
        var server = new MailServer(protection);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts again on the same port, with what was received.</summary>
    public async Task StartAsync()
    {
        var script = Path.Combine(_directory.FullName, "mail_server.py");
        await using (var file = File.Create(script)) await typeof(MailServer).Assembly.GetManifestResourceStream("mail_server.py")!.CopyToAsync(file);
        var hasUsers = _protection != MailProtection.None;
        var settings = JsonSerializer.Serialize(new
        {
            port = Port,
            security = $"{_protection}",
            certificate = _certificate,
            key = _key,
            user = hasUsers ? User : null,
            password = Password,
        });
        var start = new ProcessStartInfo("/usr/bin/python3", ["-u", script, settings])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _heard = Channel.CreateUnbounded<bool>();
        var process = _process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() is not { } first)
        {
            throw new InvalidOperationException(
                $"No mail server: apt-get install python3-aiosmtpd. {await process.StandardError.ReadToEndAsync()}");
        }

        Port = JsonDocument.Parse(first).RootElement.GetProperty("port").GetInt32();
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        _ = ListenAsync(process);
    }

    /// <summary>What to do with the next mails, one after the other; further ones are accepted.</summary>
    public Task OrderAsync(params MailOrder[] orders) => TellAsync(new { orders = orders.Select(order => $"{order}") });

    /// <summary>Receives and answers what is held.</summary>
    public Task ReleaseAsync() => TellAsync(new { release = true });

    /// <summary>Waits until a mail came that was not accepted at once, or is held.</summary>
    public async Task TriedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _tried.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Waits until so many mails that fit were received, and returns them.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> ReceivedAsync(Func<ReceivedMail, bool> fits, int count = 1)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task more;
            lock (_lock)
            {
                ReceivedMail[] fitting = [.. _received.Where(fits)];
                if (fitting.Length >= count) return fitting;
                more = _more.Task;
            }

            await more.WaitAsync(limit.Token);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
    }

    async Task TellAsync(object order)
    {
        await _process!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
        await _heard.Reader.ReadAsync();
    }

    async Task ListenAsync(Process process)
    {
        var output = process.StandardOutput;
        while (await output.ReadLineAsync() is { } line)
        {
            var said = JsonDocument.Parse(line).RootElement;
            if (said.TryGetProperty("heard", out _)) _heard.Writer.TryWrite(true);
            else if (said.TryGetProperty("tried", out var order)) _tried.Writer.TryWrite(order.GetString()!);
            else Keep(said);
        }
    }

    void Keep(JsonElement said)
    {
        using var content = new MemoryStream(said.GetProperty("mail").GetBytesFromBase64());
        var mail = new ReceivedMail(
            MimeMessage.Load(content), [.. said.GetProperty("recipients").EnumerateArray().Select(address => address.GetString()!)],
            said.GetProperty("tls").GetBoolean(), said.GetProperty("user").GetString());
        lock (_lock)
        {
            _received.Add(mail);
            _more.SetResult();
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
