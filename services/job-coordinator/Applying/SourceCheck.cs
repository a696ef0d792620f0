using Headgate.Contracts.Pipelines;
using Headgate.Contracts.Sources;
using Headgate.Hosting.Bus;
using Headgate.PipelineFiles;
using MassTransit;

namespace Headgate.JobCoordinator.Applying;

/// <summary>
/// Has a worker look up at the source what a pipeline file names. What is certainly wrong is a problem with its place in the file; a
/// source that cannot be looked at now may be back when the job runs.
/// </summary>
/// <param name="Problems">What is wrong.</param>
/// <param name="Unchecked">Why the source was not looked at; null: it was.</param>
sealed record SourceCheck(IReadOnlyList<PipelineFileProblem> Problems, string? Unchecked)
{
    /// <param name="bus">The way to the workers.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="origin">Its place in its file.</param>
    /// <param name="patience">How long a worker has to answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<SourceCheck> RunAsync(
        IBus bus, PipelineDefinition pipeline, PipelineOrigin origin, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            var found = await bus.AskAsync<CheckSource, SourceChecked>(Lanes.Checks, new CheckSource { Pipeline = pipeline }, patience, cancellationToken);
            return new SourceCheck([.. found.Missing.Select(missing => Problem(missing, pipeline, origin)), .. More(found, origin)], found.Problem?.Sentence);
        }
        catch (RequestTimeoutException)
        {
            return new SourceCheck([], $"no worker has answered within {patience.TotalSeconds:0} s.");
        }
        catch (RequestFaultException)
        {
            return new SourceCheck([], "the worker has ended meanwhile.");
        }
    }

    static PipelineFileProblem Problem(MissingAtSource missing, PipelineDefinition pipeline, PipelineOrigin origin)
    {
        var definition = pipeline.Objects[missing.ObjectNo];
        string[] place = ["spec", "objects", $"{missing.ObjectNo}"];
        return missing.Column is { } column
            ? origin.Problem(
                $"{definition.From} has no column \"{column}\" at the source", $"one of its {missing.KnownCount} columns: {string.Join(", ", missing.Known)}{(missing.KnownCount > missing.Known.Count ? ", ..." : "")}",
                [.. place, .. PlaceOf(column, definition)])
            : origin.Problem($"the source has no {definition.From}", "a table or view of the source", [.. place, "from"]);
    }

    // A key field that the mapping leaves out comes from the column of the same name.
    static string[] PlaceOf(string column, ObjectDefinition definition)
    {
        var key = definition.Key.ToList().FindIndex(field => (definition.Fields?.GetValueOrDefault(field) ?? field) == column);
        if (definition.Fields?.FirstOrDefault(field => field.Value == column && field.Key != column).Key is { } mapped) return ["fields", mapped];
        return key >= 0 ? ["key", $"{key}"] : column == definition.Cursor ? ["cursor"] : ["fields", column];
    }

    static IEnumerable<PipelineFileProblem> More(SourceChecked found, PipelineOrigin origin) => found.MissingCount > found.Missing.Count
        ? [origin.Problem($"{found.MissingCount - found.Missing.Count} more are missing", "tables and columns of the source", "spec", "objects")]
        : [];
}
