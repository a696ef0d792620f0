using System.Security.Cryptography;
using System.Text;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>
/// Hashes of secrets: HMAC-SHA256 under the pepper, since a slow hash protects only what can be guessed, which 256 random bits cannot, while
/// the pepper keeps whoever can write the table, and no more, from making a key of their own. Without a pepper the table must be trusted.
/// </summary>
sealed class KeyHashes(byte[] pepper)
{
    /// <summary>Where the pepper is, as env:NAME or file:PATH: the same for every coordinator and for commands on its host.</summary>
    public const string PepperVariable = "HEADGATE_KEY_PEPPER";

    /// <summary>Tells one pepper from another and nothing else.</summary>
    public string PepperMark { get; } = Convert.ToHexStringLower(HMACSHA256.HashData(pepper, "headgate pepper mark"u8).AsSpan(0, 4));

    /// <summary>With the pepper that the settings refer to.</summary>
    /// <exception cref="InvalidOperationException">It is not there; the message names the reference and never a value.</exception>
    public static KeyHashes From(IConfiguration configuration)
    {
        if (configuration[PepperVariable] is not { Length: > 0 } reference) return new KeyHashes([]);
        if (!ConnectionReference.IsReference(reference))
            throw new InvalidOperationException($"{PepperVariable} must be env:NAME or file:PATH, never the pepper itself.");
        try
        {
            return new KeyHashes(Encoding.UTF8.GetBytes(ConnectionReference.Resolve(reference)));
        }
        catch (ConnectionReferenceException missing)
        {
            throw new InvalidOperationException($"{PepperVariable}: {missing.Message}", missing);
        }
    }

    public byte[] Of(KeySecret secret) => HMACSHA256.HashData(pepper, Encoding.ASCII.GetBytes(secret.Reveal()));

    public bool AreOf(KeySecret secret, byte[] hash) => CryptographicOperations.FixedTimeEquals(Of(secret), hash);
}
