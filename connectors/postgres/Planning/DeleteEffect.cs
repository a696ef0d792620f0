namespace Headgate.Connectors.Postgres.Planning;

/// <summary>What else happens when rows of a table are deleted.</summary>
/// <param name="What">As the end of a sentence about the deletes.</param>
/// <param name="Allowable">Whether it can be accepted; a rule leaves nothing to accept.</param>
sealed record DeleteEffect(string What, bool Allowable);
