using Headgate.Cli.Errors;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Headgate.Cli.Configuration;

/// <summary>What the configuration file says. A key that is not known is refused, and the API key itself is none that is.</summary>
sealed class SettingsFile
{
    public string? Server { get; set; }

    /// <summary>Relative to the file's folder; `~/` is the home directory.</summary>
    public string? KeyFile { get; set; }

    public string? Project { get; set; }

    public string? Output { get; set; }

    public string? Timeout { get; set; }

    public static string DefaultPath(Func<string, string?> environment) =>
        Path.Combine(
            environment("XDG_CONFIG_HOME") is { Length: > 0 } home ? home : Path.Combine(environment("HOME") ?? "/", ".config"), "headgate", "config");

    public static SettingsFile Read(string path, Func<string, string?> environment)
    {
        try
        {
            var file = new DeserializerBuilder()
                .WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build()
                .Deserialize<SettingsFile?>(File.ReadAllText(path)) ?? new SettingsFile();
            if (file.KeyFile is { } keyFile) file.KeyFile = Located(keyFile, Path.GetDirectoryName(Path.GetFullPath(path))!, environment);
            return file;
        }
        catch (YamlException error)
        {
            // The message of the library may repeat what stands there, which may be a key.
            throw new CliException(
                $"{path}:{error.Start.Line}:{error.Start.Column} is not understood: "
                + "expected are server, keyFile, project, output and timeout, each once and with a text; "
                + "the API key itself goes into a file of mode 0600 that keyFile names.",
                ExitCode.Usage);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"The configuration file {path} {FileProblem.Of(error, path)}", ExitCode.Usage);
        }
    }

    static string Located(string path, string folder, Func<string, string?> environment) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(environment("HOME") ?? "/", path[2..])
        : Path.Combine(folder, path);
}
