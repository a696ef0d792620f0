using Headgate.Connectors.Postgres.Errors;
using Headgate.Connectors.Sources;

namespace Headgate.Connectors.Postgres.Sources;

/// <summary>What a cursor must be for offsets to mean anything.</summary>
static class CursorCheck
{
    public static void Run(ReadPlan plan)
    {
        if (plan.Object.Cursor is not { } cursor) return;
        if (cursor.Type is not { Schema: "pg_catalog", Name: "timestamptz" or "timestamp" })
        {
            throw Fitting.Blocked(plan.Object.ObjectNo, "cursor-type",
                $"Object {plan.Object.From}: cursor \"{cursor.Name}\" is {cursor.Type.Sql}; a cursor must be timestamptz or timestamp.");
        }

        if (cursor.Nullable && !plan.NullCursors)
        {
            throw Fitting.Blocked(plan.Object.ObjectNo, "cursor-nullable",
                $"Object {plan.Object.From}: cursor \"{cursor.Name}\" can be null; declare it NOT NULL, or set extract.nulls to full.");
        }
    }
}
