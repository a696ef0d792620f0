using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Headgate.Rpc.Testing.V1;
using Headgate.Rpc.Tests.Probe;

namespace Headgate.Rpc.Tests.Foreign;

/// <summary>A server for clients of other makers, and the definition of its service as a file.</summary>
public sealed class ForeignServer : IAsyncLifetime
{
    readonly string descriptors = Path.Combine(Path.GetTempPath(), $"headgate-rpc-{Guid.NewGuid():N}.binpb");

    public ProbeServer Server { get; private set; } = null!;

    public string Address => Server.Address.Authority;

    public string Descriptors => descriptors;

    public async Task InitializeAsync()
    {
        Server = await ProbeServer.StartAsync();
        var files = new FileDescriptorSet();
        Add(files, ProbeReflection.Descriptor);
        Add(files, Google.Rpc.StatusReflection.Descriptor);
        Add(files, Google.Rpc.ErrorDetailsReflection.Descriptor);
        await File.WriteAllBytesAsync(descriptors, files.ToByteArray());
    }

    public async Task DisposeAsync()
    {
        File.Delete(descriptors);
        await Server.DisposeAsync();
    }

    /// <summary>What a client's script says of each scenario.</summary>
    internal static IReadOnlyDictionary<string, string> Outcomes(ToolResult result) =>
        result.ExitCode == 0
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(result.Output)!
            : throw new InvalidOperationException($"The client failed: {result}");

    static void Add(FileDescriptorSet files, FileDescriptor file)
    {
        foreach (var import in file.Dependencies) Add(files, import);
        if (files.File.All(added => added.Name != file.Name)) files.File.Add(file.ToProto());
    }
}
