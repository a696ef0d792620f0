using System.Security.Cryptography;
using System.Text;

namespace Headgate.JobCoordinator.Access.Idempotency;

/// <summary>What makes two calls one: the same caller, method and idempotency_key.</summary>
sealed record CallKey(string Caller, string Method, string IdempotencyKey)
{
    /// <summary>A UUID made of it.</summary>
    public Guid Id
    {
        get
        {
            var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{Caller}\n{Method}\n{IdempotencyKey}")).AsSpan(0, 16);
            (bytes[6], bytes[8]) = ((byte)(bytes[6] & 0x0f | 0x80), (byte)(bytes[8] & 0x3f | 0x80));
            return new Guid(bytes, bigEndian: true);
        }
    }
}
