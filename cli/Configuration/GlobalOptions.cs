using System.CommandLine;

namespace Headgate.Cli.Configuration;

/// <summary>Options of every verb. Each has a variable of the environment and a key of the configuration file beside it.</summary>
static class GlobalOptions
{
    public static readonly Option<string?> Server = new("--server")
    {
        Description = $"The coordinator's address, for example https://headgate.example.com. [{Names.Server}]",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> KeyFile = new("--key-file")
    {
        Description = $"The file, of mode 0600, that holds the API key. [{Names.KeyFile}; the key itself: {Names.Key}]",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string?> Project = new("--project", "-p")
    {
        Description = $"The project of pipelines that are named without one. [{Names.Project}]",
        HelpName = "PROJECT",
        Recursive = true,
    };

    public static readonly Option<string?> Output = OutputOption();

    public static readonly Option<string?> Config = new("--config")
    {
        Description = $"The configuration file: YAML with server, keyFile, project, output, timeout. [{Names.Config}; default: $XDG_CONFIG_HOME/headgate/config]",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string?> Timeout = new("--timeout")
    {
        Description = $"Seconds to wait for an answer, tries included; 30 unless told. [{Names.Timeout}]",
        HelpName = "SECONDS",
        Recursive = true,
    };

    public static readonly Option<bool> Insecure = new("--insecure")
    {
        Description = "Send the key without encryption, to an address that is not of this host.",
        Recursive = true,
    };

    public static readonly IReadOnlyList<Option> All = [Server, KeyFile, Project, Output, Config, Timeout, Insecure];

    public static void AddTo(RootCommand root)
    {
        foreach (var option in All) root.Options.Add(option);
    }

    /// <summary>For errors that come before the configuration is read.</summary>
    public static OutputFormat OutputOf(ParseResult parsed, Func<string, string?> environment)
    {
        var said = parsed.GetResult(Output)?.Tokens is [var token] ? token.Value : environment(Names.Output);
        return said == "json" ? OutputFormat.Json : OutputFormat.Table;
    }

    static Option<string?> OutputOption()
    {
        var option = new Option<string?>("--output", "-o")
        {
            Description = $"table for people, json for programs. [{Names.Output}]",
            HelpName = "table|json",
            Recursive = true,
        };
        option.CompletionSources.Add("table", "json");
        return option;
    }
}
