namespace Headgate.Connectors.Postgres.Fencing;

/// <summary>First keys of the advisory locks taken at a destination; the letters "HG" and a number, to keep out of others' way.</summary>
static class LockClass
{
    /// <summary>Shared by each transaction that writes for a pipeline, exclusive to move its fence. Second key: the pipeline.</summary>
    public const int Pipeline = 0x48470001;

    /// <summary>Exclusive while schema headgate is installed or granted. Second key: 0.</summary>
    public const int Schema = 0x48470002;

    /// <summary>Exclusive while a job makes its planned changes or counts its rejects. Second key: the job.</summary>
    public const int Job = 0x48470003;
}
