namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>What became of the records of one write.</summary>
sealed record WriteOutcome(long Inserted = 0, long Updated = 0, long Unchanged = 0);
