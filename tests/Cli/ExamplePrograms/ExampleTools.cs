using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Headgate.Cli.Tests.Running;

namespace Headgate.Cli.Tests.ExamplePrograms;

/// <summary>What the programs in examples/ need beside a coordinator: messages and packages, a key, and a certificate that they trust.</summary>
public sealed class ExampleTools : IAsyncLifetime
{
    static readonly string Examples = Path.Combine(ProgramFile.Root, "examples");

    readonly string _home = Directory.CreateTempSubdirectory("headgate-examples-").FullName;

    internal string KeyFile => Path.Combine(_home, "key");

    internal X509Certificate2 Certificate { get; } = CertificateOf("localhost");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(KeyFile, CliTest.Secret);
        await File.WriteAllTextAsync(Path.Combine(_home, "roots.pem"), Certificate.ExportCertificatePem());
        var protos = Path.Combine(ProgramFile.Root, "contracts", "protos");
        await DoneAsync("protoc", [$"--proto_path={protos}", $"--python_out={_home}", .. Directory.GetFiles(Path.Combine(protos, "headgate", "v1"), "*.proto")]);
        await DoneAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", Path.Combine(Examples, "node"));
    }

    public Task DisposeAsync()
    {
        Certificate.Dispose();
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }

    /// <param name="program">curl, python or node.</param>
    /// <param name="server">The coordinator's address; null: not set.</param>
    /// <param name="keyFile">The file of the key; null: not set.</param>
    internal Task<CliResult> RunAsync(string program, string? server, string? keyFile)
    {
        string[] line = program switch
        {
            "curl" => [Path.Combine(Examples, "curl", "sync-and-watch")],
            "python" => ["/usr/bin/python3", Path.Combine(Examples, "python", "sync_and_watch.py")],
            _ => ["node", Path.Combine(Examples, "node", "sync-and-watch.mjs")],
        };
        var roots = Path.Combine(_home, "roots.pem");
        return RunAsync(
            [.. line, "crm/contacts"],
            ("HEADGATE_SERVER", server), ("HEADGATE_KEY_FILE", keyFile), ("PYTHONPATH", _home), ("CURL_CA_BUNDLE", roots), ("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", roots));
    }

    async Task DoneAsync(string program, params string[] arguments)
    {
        var result = await RunAsync([program, .. arguments]);
        Assert.True(result.ExitCode == 0, $"{program}: {result}");
    }

    async Task<CliResult> RunAsync(string[] line, params (string Name, string? Value)[] environment)
    {
        var start = ProgramFile.Start(line[0], line[1..], _home, server: null, []);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(late.Token);
            // They end with whatever the program leaves behind.
            return new CliResult(process.ExitCode, await output.WaitAsync(late.Token), await error.WaitAsync(late.Token));
        }
        catch (OperationCanceledException canceled)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', line)} does not end.", canceled);
        }
    }

    static X509Certificate2 CertificateOf(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
