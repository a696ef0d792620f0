using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Headgate.PrivateServers.RabbitMq;

/// <summary>RabbitMQ's definitions file: virtual host, users with hashed passwords, permissions.</summary>
internal static class Definitions
{
    private const int SaltLength = 4;

    public static string For(RabbitMqNode node) => JsonSerializer.Serialize(new
    {
        vhosts = new[] { new { name = "/" } },
        users = (object[])
        [
            User(node.AdminUser, node.AdminPassword, "administrator"),
            .. node.Users.Select(user => User(user.Name, user.Password, "")),
        ],
        permissions = (object[])
        [
            new { user = node.AdminUser, vhost = "/", configure = ".*", write = ".*", read = ".*" },
            .. node.Users.Select(user => new { user = user.Name, vhost = "/", configure = user.Configure, write = user.Write, read = user.Read }),
        ],
        policies = new[] { Subscribers },
    });

    // What nobody reads does not fill the disk, as deploy/rabbitmq/definitions.json has it.
    private static readonly Dictionary<string, object> Subscribers = new(StringComparer.Ordinal)
    {
        ["vhost"] = "/",
        ["name"] = "subscribers",
        ["pattern"] = @"^subscriber\.",
        ["apply-to"] = "queues",
        ["priority"] = 0,
        ["definition"] = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["max-length-bytes"] = 100 * 1024 * 1024,
            ["overflow"] = "drop-head",
            ["expires"] = (long)TimeSpan.FromDays(7).TotalMilliseconds,
        },
    };

    private static object User(string name, string password, string tags)
        => new { name, password_hash = Hash(password), hashing_algorithm = "rabbit_password_hashing_sha256", tags };

    /// <summary>RabbitMQ's own form: salt, then SHA-256 of salt and password. Passwords are long random ones.</summary>
    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }
}
