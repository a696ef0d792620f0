using System.Text.Json;
using Headgate.PrivateServers.Processes;

namespace Headgate.PrivateServers.Stack;

/// <summary>The services' passwords: made once, kept in <c>logins.json</c> (mode 0600).</summary>
internal static class ServiceLogins
{
    private static readonly string[] Services = ["scheduler", "coordinator", "ingest", "notifier"];

    public static IReadOnlyList<ServiceLogin> ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, "logins.json");
        if (File.Exists(path))
            return JsonSerializer.Deserialize<List<ServiceLogin>>(File.ReadAllText(path))!;
        List<ServiceLogin> logins = [.. Services.Select(service => new ServiceLogin(service, SecretFile.NewPassword()))];
        SecretFile.Write(path, JsonSerializer.Serialize(logins));
        return logins;
    }
}
