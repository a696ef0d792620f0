namespace Headgate.PrivateServers.Tests;

/// <summary>Looks at /proc as an operator would, without the code under test.</summary>
internal static class ProcessesOf
{
    /// <summary>Command lines of living processes that work in, or were told of, this directory.</summary>
    public static IReadOnlyList<string> Under(string directory)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                var commandLine = File.ReadAllText($"{process}/cmdline").Replace('\0', ' ');
                var workingDirectory = new FileInfo($"{process}/cwd").LinkTarget ?? "";
                if (commandLine.Contains(directory, StringComparison.Ordinal) || workingDirectory.StartsWith(directory, StringComparison.Ordinal))
                    found.Add(commandLine);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return found;
    }

    public static bool Exists(int pid)
    {
        try
        {
            return !File.ReadLines($"/proc/{pid}/status").Any(line => line.StartsWith("State:", StringComparison.Ordinal) && line.Contains('Z'));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until no process is left under any of these directories and the directories are gone.</summary>
    public static async Task<bool> NoneUnderAsync(string[] directories)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (directories.Any(directory => Directory.Exists(directory) || Under(directory).Count > 0))
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
                return false;
            await Task.Delay(50);
        }

        return true;
    }
}
