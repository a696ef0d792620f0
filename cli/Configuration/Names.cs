namespace Headgate.Cli.Configuration;

/// <summary>The environment's variables.</summary>
static class Names
{
    public const string Server = "HEADGATE_SERVER";
    public const string Key = "HEADGATE_KEY";
    public const string KeyFile = "HEADGATE_KEY_FILE";
    public const string Project = "HEADGATE_PROJECT";
    public const string Output = "HEADGATE_OUTPUT";
    public const string Config = "HEADGATE_CONFIG";
    public const string Timeout = "HEADGATE_TIMEOUT";

    /// <summary>How the program was started, where it was by another: as a person types it.</summary>
    public const string Command = "HEADGATE_COMMAND";
}
