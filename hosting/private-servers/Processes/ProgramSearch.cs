namespace Headgate.PrivateServers.Processes;

internal static class ProgramSearch
{
    public static string? Find(string name, IReadOnlyList<string>? directories, params IEnumerable<string> usual)
        => (directories ?? [.. Path(), .. usual]).Select(directory => System.IO.Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    private static string[] Path()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
}
