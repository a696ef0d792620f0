namespace Headgate.Rpc.Tests.Foreign;

/// <summary>The clients that npm brings, installed once beside their lock file.</summary>
static class NodeClients
{
    const string HowToGetNode = "install Node.js 20 or newer with npm (apt-get install nodejs npm).";

    static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    static string Source { get; } = Path.Combine(Find(new DirectoryInfo(AppContext.BaseDirectory)), "tests", "Rpc", "clients");

    /// <summary>The folder of the scripts, with their packages.</summary>
    public static Task<string> DirectoryAsync => Installed.Value;

    public static async Task<ToolResult> RunAsync(string script, params string[] arguments)
    {
        var directory = await DirectoryAsync;
        return await Tool.RunAsync("node", HowToGetNode, [Path.Combine(directory, script), .. arguments], directory);
    }

    public static string Script(string name) => Path.Combine(Source, name);

    static async Task<string> InstallAsync()
    {
        // What npm leaves behind when it is through.
        var done = new FileInfo(Path.Combine(Source, "node_modules", ".package-lock.json"));
        if (done.Exists && done.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Source, "package-lock.json"))) return Source;
        var result = await Tool.RunAsync("npm", HowToGetNode, ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], Source);
        return result.ExitCode == 0 ? Source : throw new InvalidOperationException($"The clients cannot be installed: npm ci in {Source}: {result}");
    }

    static string Find(DirectoryInfo? directory) =>
        directory is null ? throw new InvalidOperationException("The tests do not run inside the repository.")
        : File.Exists(Path.Combine(directory.FullName, "Headgate.slnx")) ? directory.FullName
        : Find(directory.Parent);
}
