namespace Headgate.Bench.Reporting;

/// <summary>All tables of a case, in the order in which they are shown.</summary>
static class CaseTables
{
    public static IEnumerable<Figures> Tables(this CaseReport report)
    {
        if (report.Results.Count > 0) yield return ResultFigures.Of(report.Results);
        foreach (var figures in report.Figures) yield return figures;
        if (report.Targets.Count > 0) yield return ResultFigures.Of(report.Targets);
        if (report.PeakMegabytes.Count > 0) yield return ResultFigures.OfMemory(report.PeakMegabytes);
    }
}
