using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Errors;

namespace Headgate.Connectors.Postgres.Undoing;

/// <summary>Makes the statements of a plan from the columns as they are in its transaction.</summary>
static class UndoShapes
{
    public static async Task<UndoStatements> StatementsAsync(
        FencedTransaction transaction, ObjectPlan plan, CancellationToken cancellationToken) =>
        new(Of(plan, await FieldShapes.ReadAsync(transaction, plan.To, cancellationToken)));

    /// <param name="plan">The plan.</param>
    /// <param name="table">All columns of its table.</param>
    public static UndoFields Of(ObjectPlan plan, IReadOnlyList<TableField> table) =>
        new(plan, FieldShapes.Of(plan, table), [.. plan.Undo!.Rest.Select(column => table.FirstOrDefault(f => f.Name == column.Name)?.Shape
            ?? throw PostgresProblem.Of("object-missing", $"Object {plan.To}: there is no column \"{column.Name}\" any more."))])
        {
            Later = table.Where(field => !field.Generated).Select(field => field.Name)
                .Except(plan.Fields.Select(field => field.Name)).Except(plan.Undo.Rest.Select(column => column.Name)).FirstOrDefault(),
        };
}
