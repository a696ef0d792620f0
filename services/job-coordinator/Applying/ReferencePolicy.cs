using System.Collections.Frozen;
using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles;

namespace Headgate.JobCoordinator.Applying;

/// <summary>
/// What files may name where a connection is expected. A reference is resolved by Headgate and not by whoever applies the file: without
/// bounds a caller could have Headgate connect as another project, or as Headgate itself. Every way into the system passes here.
/// </summary>
public sealed class ReferencePolicy
{
    /// <summary>Settings HEADGATE_ACCESS__REFERENCES__PROJECT: patterns with semicolons between. Where there is none, all may be named.</summary>
    public const string Section = "HEADGATE_ACCESS:REFERENCES";

    const string Variable = "HEADGATE_ACCESS__REFERENCES__";

    // Of these only /dev/shm has files.
    static readonly string[] Systems = ["/proc/", "/sys/", "/dev/"];

    readonly FrozenDictionary<string, IReadOnlyList<ReferencePattern>> _patterns;
    readonly FrozenSet<string> _ownFiles;

    ReferencePolicy(FrozenDictionary<string, IReadOnlyList<ReferencePattern>> patterns, FrozenSet<string> ownFiles) =>
        (_patterns, _ownFiles) = (patterns, ownFiles);

    /// <exception cref="InvalidOperationException">A pattern is none.</exception>
    public static ReferencePolicy From(IConfiguration configuration) => new(
        // No project has an underscore in its name, and many shells allow no hyphen in that of a variable.
        configuration.GetSection(Section).GetChildren().ToFrozenDictionary(
            setting => setting.Key.Replace('_', '-'), setting => Parse(setting.Key, setting.Value), StringComparer.OrdinalIgnoreCase),
        OwnFiles(configuration).Select(Canonical).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>All that a pipeline names and its project may not.</summary>
    public IEnumerable<PipelineFileProblem> Problems(PipelineDefinition pipeline, PipelineOrigin origin) =>
        from named in Named(pipeline)
        let problem = Problem(pipeline.Project, named.Reference)
        where problem is not null
        select origin.Problem(problem.Value.Message, problem.Value.Expected, named.Path);

    /// <summary>The same for who has no file to point into.</summary>
    /// <exception cref="ReferenceRefusedException">There is something.</exception>
    public void Demand(PipelineDefinition pipeline)
    {
        foreach (var (reference, path) in Named(pipeline))
        {
            if (Problem(pipeline.Project, reference) is { } problem)
                throw new ReferenceRefusedException(
                    $"{pipeline.Project}/{pipeline.Name}: {string.Join('.', path)}: {problem.Message}; expected {problem.Expected}");
        }
    }

    static IEnumerable<(string Reference, string[] Path)> Named(PipelineDefinition pipeline)
    {
        yield return (pipeline.Source.Connection, ["spec", "source", pipeline.Source.Connector, "connection"]);
        yield return (pipeline.Destination.Connection, ["spec", "destination", pipeline.Destination.Connector, "connection"]);
        if (pipeline.Notify?.Webhook is { } webhook) yield return (webhook, ["spec", "notify", "webhook"]);
    }

    (string Message, string Expected)? Problem(string project, string reference)
    {
        if (ConnectionReference.IsOwn(reference))
            return ("variables that begin with HEADGATE_ are Headgate's own settings, which no pipeline may name", "a secret of the pipeline's own");
        if (ConnectionReference.PathOf(reference) is { } path && _ownFiles.Contains(Canonical(path)))
            return ("it is the file of one of Headgate's own settings, which no pipeline may name", "a secret of the pipeline's own");
        if (ConnectionReference.PathOf(reference) is { } place && IsOfSystem(Canonical(place)))
            return ("no secret is kept there", "a file of its own");
        return _patterns.TryGetValue(project, out var patterns) && !patterns.Any(pattern => pattern.Matches(reference))
            ? ($"project {project} may not name it", patterns.Count == 0 ? "nothing: the project may name no secret"
                : $"one of {string.Join(", ", patterns.Select(pattern => pattern.Text))}")
            : null;
    }

    static IReadOnlyList<ReferencePattern> Parse(string project, string? value) =>
    [
        .. (value ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(text =>
            ReferencePattern.Parse(text) ?? throw new InvalidOperationException(
                $"{Variable}{project.ToUpperInvariant()}: '{text}' is no pattern; expected env:NAME or file:/PATH, without . and .. in it.")),
    ];

    // Files that settings name, as HEADGATE_STATE_FILE does, or by a reference of their own.
    static IEnumerable<string> OwnFiles(IConfiguration configuration)
    {
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            if (!key.StartsWith("HEADGATE_", StringComparison.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(value)) continue;
            if (key.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase)) yield return value;
            else if (ConnectionReference.IsReference(value) && ConnectionReference.PathOf(value) is { } path) yield return path;
        }
    }

    static bool IsOfSystem(string path) =>
        Systems.Any(system => path.StartsWith(system, StringComparison.Ordinal)) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

    // Links are followed in every part of it.
    static string Canonical(string path)
    {
        if (path.Contains('\0')) return path;
        var full = Path.GetFullPath(path);
        if (full == "/") return full;
        var here = Path.Combine(Canonical(Path.GetDirectoryName(full)!), Path.GetFileName(full));
        try
        {
            return File.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? Canonical(target.FullName) : here;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Not there, or not to be seen: it is what it is called.
            return here;
        }
    }
}
