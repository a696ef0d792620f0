using Headgate.V1;

namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>An API key that is not revoked, as calls are checked against it.</summary>
sealed record ActiveKey
{
    public required Guid Id { get; init; }

    public required string Prefix { get; init; }

    public required byte[] Hash { get; init; }

    public required string PepperMark { get; init; }

    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>Null: all projects.</summary>
    public string? Project { get; init; }

    public DateTimeOffset? Expires { get; init; }
}
