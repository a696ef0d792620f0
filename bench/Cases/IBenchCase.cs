using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>Something that is measured, under a name of its own.</summary>
interface IBenchCase
{
    string Name { get; }

    Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken);
}
