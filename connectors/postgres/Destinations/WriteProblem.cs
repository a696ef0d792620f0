using Headgate.Connectors.Postgres.Errors;
using Npgsql;

namespace Headgate.Connectors.Postgres.Destinations;

/// <summary>What an error while writing calls for, where that depends on how it was written.</summary>
static class WriteProblem
{
    public static string SubjectOf(ObjectPlan plan) => $"Object {plan.To}";

    public static async Task GuardAsync(ObjectPlan plan, bool directCopy, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (e is not (ConnectorException or OperationCanceledException))
        {
            throw Judge(PostgresProblem.From(e, SubjectOf(plan)), plan, directCopy);
        }
    }

    static ConnectorException Judge(ConnectorException error, ObjectPlan plan, bool directCopy) => error.Problem.SqlState switch
    {
        // A record was there already, or came twice: the upsert finds out.
        PostgresErrorCodes.UniqueViolation when directCopy => With(error, LoadRemedy.Upsert),
        // Not one record is at fault but all of them: the column has another type than when the job was planned.
        PostgresErrorCodes.InvalidBinaryRepresentation or PostgresErrorCodes.BadCopyFileFormat or PostgresErrorCodes.ProtocolViolation =>
            PostgresProblem.Of("type-mismatch",
                $"{SubjectOf(plan)}: the records' form is not that of the columns; a type may have changed since the job was planned.",
                sqlState: error.Problem.SqlState),
        _ => error,
    };

    static ConnectorException With(ConnectorException error, LoadRemedy remedy) =>
        new(error.Problem) { Remedy = remedy, Constraint = error.Constraint, Column = error.Column };
}
