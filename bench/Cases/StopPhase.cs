namespace Headgate.Bench.Cases;

/// <summary>What a job is doing when it is stopped.</summary>
enum StopPhase
{
    Extracting,
    Loading,
}
