using System.Diagnostics;

namespace Headgate.Cli.Tests.Running;

/// <summary>The built program, and the environment that it is run in: nothing of the person's who runs the tests.</summary>
static class ProgramFile
{
    public static readonly string Root = System.IO.Path.GetFullPath(System.IO.Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    // Where it was built: beside the tests it would lack what the tests' framework has for itself.
    public static readonly string Path = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        AppContext.BaseDirectory, "../../../../../cli/bin", System.IO.Path.GetRelativePath(System.IO.Path.Combine(AppContext.BaseDirectory, "../.."), AppContext.BaseDirectory), "headgate"));

    public static ProcessStartInfo Start(string file, IEnumerable<string> arguments, string home, string? server, IEnumerable<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HEADGATE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var name in new[] { "NO_COLOR", "XDG_CONFIG_HOME", "COLUMNS", "LINES" }) start.Environment.Remove(name);
        foreach (var (name, value) in Environment(home, server, environment)) start.Environment[name] = value;
        return start;
    }

    public static Dictionary<string, string?> Environment(string home, string? server, IEnumerable<(string Name, string? Value)> more)
    {
        var environment = new Dictionary<string, string?>
        {
            ["HOME"] = home,
            ["TZ"] = "UTC",
            ["TERM"] = "xterm",
            ["HEADGATE_SERVER"] = server,
            ["HEADGATE_KEY"] = CliTest.Secret,
            ["HEADGATE_PROJECT"] = "crm",
        };
        foreach (var (name, value) in more) environment[name] = value;
        return environment;
    }
}
