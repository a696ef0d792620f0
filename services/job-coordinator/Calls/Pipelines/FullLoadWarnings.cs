using System.Globalization;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;
using Headgate.JobCoordinator.Guards.History;
using Headgate.JobCoordinator.Pipelines;
using Headgate.PipelineFiles;
using Npgsql;

namespace Headgate.JobCoordinator.Calls.Pipelines;

/// <summary>
/// Warns of a version after which the next run reads all of an object where the last ones read what had changed: the guard of full loads trips
/// then, and it is known when the file is applied.
/// </summary>
static class FullLoadWarnings
{
    /// <param name="connection">In the transaction that applies the file.</param>
    /// <param name="applied">The pipeline.</param>
    /// <param name="definition">What the file says.</param>
    /// <param name="origin">Where it says it.</param>
    /// <param name="isTried">Whether the file is only looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>One, whatever the number of objects; null: the guard will not trip for that.</returns>
    public static async Task<PipelineFileWarning?> OfAsync(
        NpgsqlConnection connection, AppliedPipeline applied, PipelineDefinition definition, PipelineOrigin origin, bool isTried,
        CancellationToken cancellationToken)
    {
        if (!applied.IsNew) return null;
        var reads = (await Histories.OfFullAsync(connection, applied.PipelineId, definition, cancellationToken))
            .Where(read => FullLoadJudge.Judge(read, isConfirmed: false).Outcome == JudgementOutcome.Tripped).ToList();
        if (reads.Count == 0) return null;
        var place = origin.Problem("", "", "spec", "objects", $"{reads[0].ObjectNo}");
        return new PipelineFileWarning
        {
            File = place.File,
            Line = place.Line,
            Column = place.Column,
            Field = place.Field,
            Message = $"{WillRead(reads)}, and the guard fullLoad {WillDo(definition.Guards.FullLoad.Action)}. "
                + $"See first what it would write: headgate dry-run {(isTried ? $"-f {origin.FileName}" : applied.Name)} --wait. "
                + $"Where that is meant{(isTried ? " and applied" : "")}: headgate sync {applied.Name} --confirm-full-load. A run that comes before, "
                + $"as by the schedule, is let go on by: headgate resume {applied.Name} --pass-guards",
        };
    }

    static string WillRead(List<ObjectRead> reads)
    {
        var others = reads.Count switch
        {
            1 => "",
            2 => " and another object",
            var all => string.Create(CultureInfo.InvariantCulture, $" and {all - 1:N0} other objects"),
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the next run reads all of {reads[0].Object}{others}, where the last {reads[0].History.PartsInARow:N0} runs read what had changed");
    }

    static string WillDo(GuardAction action) => action switch
    {
        GuardAction.Notify => "will tell of it and let it go on",
        GuardAction.Cancel or GuardAction.Force => "will cancel it before anything is read, unless it is confirmed",
        _ => "will hold it before anything is read, unless it is confirmed",
    };
}
