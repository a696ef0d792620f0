using System.Security.Cryptography;
using System.Text;
using Headgate.Tests.Servers;

namespace Headgate.Tests.Installations;

/// <summary>An API key in the state database, without a process that makes it: tests make installations by the dozen.</summary>
static class OperatorKey
{
    const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Adds one and returns its secret: with role ADMIN in all projects, or as VIEWER in one.</summary>
    public static async Task<string> AddAsync(TestDatabase state, string? project = null)
    {
        var prefix = RandomNumberGenerator.GetString(Letters, 12);
        var secret = $"hgk_{prefix}_{RandomNumberGenerator.GetString(Letters, 43)}";
        // Without a pepper, as the coordinators of tests are.
        var hash = Convert.ToHexString(HMACSHA256.HashData(ReadOnlySpan<byte>.Empty, Encoding.ASCII.GetBytes(secret)));
        await state.ExecuteAsync(
            $"""
             insert into coordinator.api_key (key_id, prefix, hash, pepper_mark, name, role, project, created_by)
             values (gen_random_uuid(), '{prefix}', decode('{hash}', 'hex'), '', 'test-{prefix}', '{(project is null ? "Admin" : "Viewer")}',
                     {(project is null ? "null" : $"'{project}'")}, 'test')
             """);
        return secret;
    }
}
