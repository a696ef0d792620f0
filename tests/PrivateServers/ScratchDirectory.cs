namespace Headgate.PrivateServers.Tests;

internal sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("headgate-test-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // As root a home lies elsewhere when this directory cannot be entered by the server's account.
        foreach (var home in Directory.EnumerateDirectories(Path, "home", SearchOption.AllDirectories).ToList())
        {
            if (new DirectoryInfo(home).ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } target)
                Directory.Delete(target.FullName, recursive: true);
        }

        Directory.Delete(Path, recursive: true);
    }
}
