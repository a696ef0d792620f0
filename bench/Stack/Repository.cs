namespace Headgate.Bench.Stack;

/// <summary>Where the services' assemblies lie that were built with this program.</summary>
static class Repository
{
    public static string AssemblyOf(string folder, string assembly)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(Root(output), "services", folder, "bin", output.Parent!.Name, output.Name, $"{assembly}.dll");
        return File.Exists(path) ? path : throw new BenchException($"{path} is not there: build bench/ first (./headgate bench does).");
    }

    static string Root(DirectoryInfo? directory) =>
        directory is null ? throw new BenchException("The benchmark does not run inside the repository.")
        : File.Exists(Path.Combine(directory.FullName, "Headgate.slnx")) ? directory.FullName
        : Root(directory.Parent);
}
