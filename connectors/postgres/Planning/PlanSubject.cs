using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;

namespace Headgate.Connectors.Postgres.Planning;

/// <summary>One object that is being planned.</summary>
sealed record PlanSubject(SourceObject Source, ObjectDefinition Definition, QualifiedName Target)
{
    /// <summary>An error about the object as a whole: "Object public.orders " and the rest.</summary>
    public ConnectorException Problem(string code, string rest) => PostgresProblem.Of(code, $"Object {Source.Name} {rest}.");

    /// <summary>An error with its cause: "Object public.orders: " and the rest.</summary>
    public ConnectorException Cause(string code, string cause) => PostgresProblem.Of(code, $"Object {Source.Name}: {cause}.");
}
