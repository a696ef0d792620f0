using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Headgate.JobCoordinator.Calls;
using Headgate.JobCoordinator.Database;
using Microsoft.AspNetCore.WebUtilities;

namespace Headgate.JobCoordinator.Reading;

/// <summary>
/// What a client is given to go on with: sealed, and bound to the request and to what the caller may see. All coordinators of an
/// installation share the key, which is in their database.
/// </summary>
sealed class Tokens(CoordinatorState state)
{
    const int SealBytes = 16;

    volatile byte[]? _key;

    /// <param name="field">Of the request, with which it is to be given back.</param>
    /// <param name="request">The request without a token.</param>
    /// <param name="project">What the caller is bound to; null: all.</param>
    /// <param name="place">What to go on from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string> SealAsync(string field, IMessage request, string? project, string place, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(place);
        byte[] token = [.. await SealOfAsync(field, request, project, text, cancellationToken), .. text];
        return WebEncoders.Base64UrlEncode(token);
    }

    /// <summary>What to go on from.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it is not one of this request and caller.</exception>
    public async Task<string> OpenAsync(string field, IMessage request, string? project, string token, CancellationToken cancellationToken)
    {
        if (Bytes(token) is { Length: > SealBytes } bytes)
        {
            var seal = await SealOfAsync(field, request, project, bytes[SealBytes..], cancellationToken);
            if (CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, SealBytes), seal))
                return Encoding.UTF8.GetString(bytes, SealBytes, bytes.Length - SealBytes);
        }

        throw CallErrors.Invalid((field, "It was not given for this request: expected the token of the response before, with all else the same."));
    }

    async Task<byte[]> SealOfAsync(string field, IMessage request, string? project, byte[] place, CancellationToken cancellationToken)
    {
        using var seal = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key ??= await ReadKeyAsync(cancellationToken));
        foreach (var part in (byte[][])[Encoding.UTF8.GetBytes($"{request.Descriptor.FullName}/{field}/{project}/"), SHA256.HashData(request.ToByteArray()), place])
            seal.AppendData(part);
        return seal.GetHashAndReset()[..SealBytes];
    }

    async Task<byte[]> ReadKeyAsync(CancellationToken cancellationToken)
    {
        await using var command = state.Source.CreateCommand("select key from coordinator.token_key");
        return (byte[])(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static byte[]? Bytes(string token)
    {
        try
        {
            return WebEncoders.Base64UrlDecode(token);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
