namespace Headgate.SagaRepository.Configuration;

/// <summary>What a statement ends with that locks the rows it selects until the transaction ends.</summary>
static class LockClauses
{
    public const string Postgres = "FOR UPDATE";

    /// <summary>For the test that shows what the lock is there for.</summary>
    public const string None = "";
}
