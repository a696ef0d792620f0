using System.Globalization;

namespace Headgate.PrivateServers.Processes;

/// <summary>The unprivileged user that a server runs under when we are root: PostgreSQL refuses to run as root.</summary>
internal sealed record Account(string Name, uint UserId, uint GroupId)
{
    /// <summary>Null when we are not root: then servers run as ourselves.</summary>
    public static Account? ToDropTo(string preferred)
    {
        if (!Environment.IsPrivilegedProcess)
            return null;
        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        var user = users.Find(fields => fields[0] == preferred)
            ?? users.Find(fields => fields[0] == "nobody")
            ?? throw new MissingServerException($"Servers do not run as root, and there is neither a user '{preferred}' nor 'nobody': run this as another user.");
        return new Account(user[0], uint.Parse(user[2], CultureInfo.InvariantCulture), uint.Parse(user[3], CultureInfo.InvariantCulture));
    }
}
