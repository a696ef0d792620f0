using Headgate.Contracts.Extraction;
using Headgate.Contracts.Steps;

namespace Headgate.Connectors;

/// <summary>
/// The one exception that leaves a connector, besides cancellation. Its problem and message hold no record value, whatever the
/// system's own error said; the system's exception is therefore never attached as inner exception.
/// </summary>
public sealed class ConnectorException(Problem problem) : Exception(problem.Sentence)
{
    /// <summary>What went wrong.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>Which of the load path's own answers the error calls for.</summary>
    public LoadRemedy Remedy { get; init; } = LoadRemedy.None;

    /// <summary>
    /// Of a description, plan or check: the objects that do not fit, each with its own problem. Without them the same may succeed. Empty: the
    /// problem is not one of single objects.
    /// </summary>
    public IReadOnlyList<BlockedObject> Blocked { get; init; } = [];

    /// <summary>The violated constraint, where the system named one.</summary>
    public string? Constraint { get; init; }

    /// <summary>The column at fault, where the system named one.</summary>
    public string? Column { get; init; }
}
