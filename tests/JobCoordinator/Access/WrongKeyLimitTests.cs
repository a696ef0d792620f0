using System.Net;
using Headgate.JobCoordinator.Access;
using Headgate.JobCoordinator.Access.Keys;
using Microsoft.Extensions.Options;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>How wrong keys are counted.</summary>
public sealed class WrongKeyLimitTests : IDisposable
{
    readonly WrongKeys _wrong = new(Options.Create(new AccessOptions { WrongKeysPerPeer = 2, WrongKeysInTotal = 5, WrongKeysWindow = TimeSpan.FromHours(1) }));

    public void Dispose() => _wrong.Dispose();

    [Fact]
    public void Each_address_has_its_own_count()
    {
        Assert.Equal([true, true, false], Answers("10.0.0.1", "10.0.0.1", "10.0.0.1"));
        Assert.Equal([true], Answers("10.0.0.2"));
    }

    [Fact]
    public void Addresses_of_one_network_of_IPv6_have_one_count() =>
        Assert.Equal([true, true, false, true], Answers("2001:db8::1", "2001:db8::2", "2001:db8::ffff:3", "2001:db8:0:1::1"));

    [Fact]
    public void Mapped_addresses_are_those_of_IPv4_each_with_its_own_count() =>
        Assert.Equal([true, true, true, false], Answers("::ffff:10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2", "10.0.0.1"));

    [Fact]
    public void All_addresses_together_have_a_count()
    {
        Assert.Equal([true, true, true, true, true, false], Answers("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"));
    }

    IEnumerable<bool> Answers(params string[] peers) => [.. peers.Select(peer => _wrong.TooMany(IPAddress.Parse(peer)) is null)];
}
