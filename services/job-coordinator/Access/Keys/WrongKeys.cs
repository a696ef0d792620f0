using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>
/// Counts wrong keys, of each address and of all. It is asked after a key was found wrong: a right one never waits for those of others, not
/// even from the same address.
/// </summary>
sealed class WrongKeys(IOptions<AccessOptions> options) : IDisposable
{
    readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<IPAddress, IPAddress>(peer => RateLimitPartition.GetTokenBucketLimiter(
            NetworkOf(peer), _ => Bucket(options.Value.WrongKeysPerPeer, options.Value.WrongKeysWindow))),
        PartitionedRateLimiter.Create<IPAddress, bool>(_ => RateLimitPartition.GetTokenBucketLimiter(
            true, _ => Bucket(options.Value.WrongKeysInTotal, options.Value.WrongKeysWindow))));

    /// <summary>Null: not too many yet. Else after how long the next one is answered as a wrong key again.</summary>
    public TimeSpan? TooMany(IPAddress peer)
    {
        using var lease = _limiter.AttemptAcquire(peer);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after
            : options.Value.WrongKeysWindow;
    }

    public void Dispose() => _limiter.Dispose();

    static TokenBucketRateLimiterOptions Bucket(int limit, TimeSpan window) => new()
    {
        TokenLimit = limit,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = window / limit,
    };

    // Of IPv6 a host has a whole network of addresses.
    static IPAddress NetworkOf(IPAddress peer)
    {
        if (peer.IsIPv4MappedToIPv6) return peer.MapToIPv4();
        if (peer.AddressFamily != AddressFamily.InterNetworkV6) return peer;
        var bytes = peer.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
