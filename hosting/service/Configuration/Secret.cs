using Microsoft.Extensions.Configuration;

namespace Headgate.Hosting.Configuration;

/// <summary>A setting that must not be seen: in the variable NAME, or in the file that NAME_FILE names, as secrets of containers come.</summary>
static class Secret
{
    public static string Need(IConfiguration configuration, string name, string meaning)
    {
        var (value, file) = (configuration[name], configuration[$"{name}_FILE"]);
        return (value, file) switch
        {
            ({ Length: > 0 }, { Length: > 0 }) => throw new InvalidOperationException($"{name} and {name}_FILE are both set: only one of them can hold."),
            ({ Length: > 0 }, _) => value,
            (_, { Length: > 0 }) => ReadFile($"{name}_FILE", file),
            _ => throw new InvalidOperationException($"{name} is not set: it, or the file that {name}_FILE names, must hold {meaning}."),
        };
    }

    static string ReadFile(string variable, string path)
    {
        try
        {
            var secret = File.ReadAllText(path).Trim();
            return secret.Length > 0 ? secret : throw new InvalidOperationException($"{variable}: {path} is empty.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{variable}: {path} cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
