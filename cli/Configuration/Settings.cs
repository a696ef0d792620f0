using System.CommandLine;
using System.Globalization;
using System.Net;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Configuration;

/// <summary>What holds for this call: options before the environment before the configuration file.</summary>
sealed class Settings
{
    const double LongestTimeout = 3600;

    public required Uri Server { get; init; }

    public required string? Key { get; init; }

    public required string? Project { get; init; }

    public required OutputFormat Output { get; init; }

    /// <summary>For a call, tries included.</summary>
    public required TimeSpan Timeout { get; init; }

    public required string ConfigFile { get; init; }

    public static Settings Load(ParseResult parsed, Func<string, string?> environment)
    {
        var named = Said(parsed.GetValue(GlobalOptions.Config)) ?? Said(environment(Names.Config));
        var path = named ?? SettingsFile.DefaultPath(environment);
        var file = named is not null || File.Exists(path) ? SettingsFile.Read(path, environment) : new SettingsFile();
        string? First(Option<string?> option, string name, string? inFile) => Said(parsed.GetValue(option)) ?? Said(environment(name)) ?? Said(inFile);

        var server = ServerOf(First(GlobalOptions.Server, Names.Server, file.Server), path);
        var key = KeyOf(parsed, environment, file);
        if (key is not null && server.Scheme == Uri.UriSchemeHttp && !IsLoopback(server) && !parsed.GetValue(GlobalOptions.Insecure))
        {
            throw new CliException(
                $"The key is not sent to {server.OriginalString}: it would cross the network unencrypted. "
                + "Use an https address, or say --insecure where the network is trusted.");
        }

        return new Settings
        {
            Server = server,
            Key = key,
            Project = First(GlobalOptions.Project, Names.Project, file.Project),
            Output = OutputOf(First(GlobalOptions.Output, Names.Output, file.Output)),
            Timeout = TimeoutOf(First(GlobalOptions.Timeout, Names.Timeout, file.Timeout)),
            ConfigFile = path,
        };
    }

    static string? KeyOf(ParseResult parsed, Func<string, string?> environment, SettingsFile file)
    {
        if (Said(parsed.GetValue(GlobalOptions.KeyFile)) is { } named) return KeyFile.Read(named);
        if (Said(environment(Names.Key)) is { } key) return KeyFile.Checked(key.Trim(), Names.Key);
        return (Said(environment(Names.KeyFile)) ?? Said(file.KeyFile)) is { } path ? KeyFile.Read(path) : null;
    }

    static Uri ServerOf(string? text, string configFile)
    {
        if (text is null)
            throw new CliException($"No coordinator is named: give its address by --server, {Names.Server} or `server` in {configFile}.", ExitCode.Usage);
        return Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "http" or "https" && server.Host.Length > 0 && server.UserInfo.Length == 0
            ? server
            : throw new CliException("The coordinator's address is not understood: expected is http://HOST:PORT or https://HOST:PORT.", ExitCode.Usage);
    }

    static bool IsLoopback(Uri server) =>
        server.Host == "localhost" || (IPAddress.TryParse(server.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    static OutputFormat OutputOf(string? text) => text switch
    {
        null or "table" => OutputFormat.Table,
        "json" => OutputFormat.Json,
        _ => throw new CliException($"There is no output \"{text}\": table or json.", ExitCode.Usage),
    };

    static TimeSpan TimeoutOf(string? text) => text is null ? TimeSpan.FromSeconds(30)
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= LongestTimeout
            ? TimeSpan.FromSeconds(seconds)
            : throw new CliException($"The timeout is a number of seconds above 0 and up to {LongestTimeout}, not \"{text}\".", ExitCode.Usage);

    static string? Said(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
