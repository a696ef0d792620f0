using Headgate.Connectors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;

namespace Headgate.IngestWorker.Checks;

/// <summary>
/// What of a source is not any more what plans were made for. Only what the plans read is looked at: a column that came is for the next run.
/// </summary>
static class SourceChanges
{
    public static async Task<IReadOnlyList<ChangedAtSource>> FindAsync(
        ISource source, IReadOnlyList<ObjectPlan> plans, CancellationToken cancellationToken)
    {
        var read = plans.Select(plan => (No: plan.ObjectNo, Definition: AsPlanned(plan))).ToList();
        var gaps = (await source.FindGapsAsync(read, cancellationToken)).ToLookup(gap => gap.ObjectNo);
        var whole = read.Where(each => !gaps.Contains(each.No)).ToList();
        IReadOnlyList<SourceObject> found = whole.Count == 0 ? [] : await source.DescribeAsync(whole, cancellationToken);
        var now = found.ToDictionary(each => each.ObjectNo);
        return [.. plans.SelectMany(plan => gaps.Contains(plan.ObjectNo)
            ? gaps[plan.ObjectNo].Select(gap => gap.Column is { } column ? $"column \"{column}\" is gone" : "it is gone").Select(what => Change(plan, what))
            : Retyped(plan, now[plan.ObjectNo]).Select(what => Change(plan, what)))];
    }

    // By name, without a mapping, the plan has columns that the file does not name.
    static ObjectDefinition AsPlanned(ObjectPlan plan) => new()
    {
        From = plan.From,
        To = plan.To,
        Key = [.. plan.Key.Select(at => plan.Fields[at].Name)],
        Cursor = plan.Cursor?.Name,
        Fields = plan.Fields.ToDictionary(field => field.Name, field => field.Source),
    };

    static IEnumerable<string> Retyped(ObjectPlan plan, SourceObject now)
    {
        var types = now.Columns.ToDictionary(column => column.Name, column => column.Type.Sql);
        IEnumerable<(string Source, string? SourceType)> planned = plan.Fields.Select(field => (field.Source, field.SourceType));
        if (plan.Cursor is { } cursor) planned = planned.Append((cursor.Name, cursor.Type.Sql));
        return planned.Distinct().Where(column => column.SourceType is { } type && types[column.Source] != type)
            .Select(column => $"column \"{column.Source}\" was {column.SourceType} when the job planned, and is {types[column.Source]}");
    }

    static ChangedAtSource Change(ObjectPlan plan, string what) => new() { ObjectNo = plan.ObjectNo, Sentence = $"Object {plan.From}: {what}." };
}
