namespace Headgate.JobCoordinator.Reading;

/// <summary>How long the stops of a mode took, in seconds; null: there is none.</summary>
sealed record StopTimesRow(string Mode, long Count, double? P50, double? P90, double? P99, double? Max, long Unconfirmed);
