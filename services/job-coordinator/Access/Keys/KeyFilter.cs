namespace Headgate.JobCoordinator.Access.Keys;

/// <summary>Which keys a list has.</summary>
/// <param name="Project">Bound to this project. Null: whatever they are bound to.</param>
/// <param name="IncludesRevoked">Revoked and expired ones too.</param>
sealed record KeyFilter(string? Project, bool IncludesRevoked);
