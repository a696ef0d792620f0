namespace Headgate.JobCoordinator.Reading;

/// <summary>Which stops: a checked request, of what the caller may see.</summary>
/// <param name="Project">Null: of every project.</param>
/// <param name="Pipeline">By its name in the project; null: of all.</param>
/// <param name="Mode">As it is recorded; null: both.</param>
/// <param name="Since">Asked for then or later.</param>
/// <param name="Until">Asked for before.</param>
sealed record StopSelection(string? Project, string? Pipeline, string? Mode, DateTimeOffset Since, DateTimeOffset Until);
