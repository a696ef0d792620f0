using Headgate.Contracts.Loading;

namespace Headgate.IngestWorker.Tests.Worker;

/// <summary>Answers without how long the work took: of work that was done before it takes none.</summary>
static class Untimed
{
    public static object Of(object answer) => answer is SegmentLoaded loaded ? loaded with { BusyMs = 0 } : answer;
}
