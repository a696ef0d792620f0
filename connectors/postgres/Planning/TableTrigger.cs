namespace Headgate.Connectors.Postgres.Planning;

/// <summary>A user's enabled trigger on insert or update.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BeforeRow">Whether it sees each row before it is written, or instead of it.</param>
sealed record TableTrigger(string Name, bool BeforeRow);
