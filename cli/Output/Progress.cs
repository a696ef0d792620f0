using Headgate.Cli.Naming;
using Headgate.V1;

namespace Headgate.Cli.Output;

/// <summary>A running job in one line.</summary>
static class Progress
{
    public static string Line(Job job, double? perSecond)
    {
        var counts = job.Counts ?? new RecordCounts();
        string[] parts =
        [
            $"{job.Project}/{job.Pipeline}", EnumName.Capital(job.State), Shown.Percent(job), Shown.Written(job),
            perSecond is >= 1 ? $"{Shown.Number((long)perSecond)}/s" : "", counts.Rejected > 0 ? $"{Shown.Number(counts.Rejected)} rejected" : "",
            counts.InDoubt > 0 ? $"{Shown.Number(counts.InDoubt)} in doubt" : "", job.WaitingFor,
        ];
        return string.Join("  ", parts.Where(part => part.Length > 0));
    }
}
