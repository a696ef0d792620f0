using Headgate.Connectors.Postgres.Catalog;
using Headgate.Connectors.Postgres.Destinations;

namespace Headgate.Connectors.Postgres.Comparing;

/// <summary>
/// How one planned field is compared. In all of it t is the table, s what was staged. The planned changes are not made yet, so a column can be
/// missing, or be of another type than the one it will have.
/// </summary>
sealed record ComparedField
{
    /// <summary>The column, as it is written in statements.</summary>
    public required string Column { get; init; }

    /// <summary>The type that the staged bytes are received as.</summary>
    public required string ReceivedAs { get; init; }

    /// <summary>SQL over the table: any value of the type that is compared in.</summary>
    public required string Staged { get; init; }

    /// <summary>SQL: the received value (s) in the type that is compared in; null: the bytes can be received as it.</summary>
    public string? Cast { get; init; }

    /// <summary>SQL: the two differ.</summary>
    public required string Differs { get; init; }

    /// <summary>SQL: the table's value as text.</summary>
    public required string Before { get; init; }

    /// <summary>SQL: the staged one as text.</summary>
    public required string After { get; init; }

    /// <summary>SQL: the two are one key.</summary>
    public required string Matches { get; init; }

    /// <summary>Whether the table's own index finds the key.</summary>
    public bool IsIndexed { get; init; }

    /// <param name="plan">The field's plan.</param>
    /// <param name="present">The table's column; null: it has none yet.</param>
    /// <param name="types">The types that are there.</param>
    /// <param name="isReplaced">Whether the column is of a table that is to be replaced, and not to be changed.</param>
    public static ComparedField Of(FieldPlan plan, TableField? present, KnownTypes types, bool isReplaced)
    {
        var hasLabels = types.Labels.Contains(plan.StagedType) || types.Labels.Contains(plan.DestinationType);
        // Of an enum that is not there yet, or not with all its labels, what is staged is the label.
        var received = types.There.Contains(plan.StagedType) && !types.Labels.Contains(plan.StagedType) ? plan.StagedType : "text";
        if (present is null) return Absent(plan, received);
        if (present.Type == plan.DestinationType && !hasLabels) return Own(plan, present.Shape);
        return isReplaced || hasLabels || !types.There.Contains(plan.DestinationType) ? ByText(present.Shape, received) : Wider(plan, present.Shape);
    }

    /// <summary>As the upsert compares it.</summary>
    static ComparedField Own(FieldPlan plan, FieldShape shape) => new()
    {
        Column = shape.Column,
        ReceivedAs = plan.StagedType,
        Staged = $"t.{shape.Column}",
        Cast = plan.DestinationCast ? UpsertStatements.Received(plan, shape) : null,
        Differs = shape.Differs("t"),
        Before = shape.Text("t"),
        After = shape.Text("s"),
        Matches = $"t.{shape.Column} {shape.Equality} s.{shape.Column}",
        IsIndexed = true,
    };

    /// <summary>Rows that are there have no value for it.</summary>
    static ComparedField Absent(FieldPlan plan, string received)
    {
        var column = SqlText.Identifier(plan.Name);
        return new ComparedField
        {
            Column = column,
            ReceivedAs = received,
            Staged = $"CAST(NULL AS {received})",
            Differs = $"s.{column} IS NOT NULL",
            Before = "NULL",
            After = $"s.{column}::text",
            Matches = "false",
        };
    }

    /// <summary>The column is about to be changed to a type that holds every value it has.</summary>
    static ComparedField Wider(FieldPlan plan, FieldShape shape)
    {
        var before = $"CAST(t.{shape.Column} AS {plan.DestinationType})";
        return new ComparedField
        {
            Column = shape.Column,
            ReceivedAs = plan.StagedType,
            Staged = $"CAST(NULL AS {plan.DestinationType})",
            Cast = plan.DestinationCast ? $"s.{shape.Column}" : null,
            Differs = $"pg_catalog.record_image_ne(ROW({before}), ROW(s.{shape.Column}))",
            Before = $"{before}::text",
            After = $"s.{shape.Column}::text",
            Matches = $"t.{shape.Column} OPERATOR(pg_catalog.=) s.{shape.Column}",
        };
    }

    static ComparedField ByText(FieldShape shape, string received) => new()
    {
        Column = shape.Column,
        ReceivedAs = received,
        Staged = "CAST(NULL AS text)",
        Cast = received == "text" ? null : $"s.{shape.Column}::text",
        Differs = $"{shape.Text("t")} COLLATE \"C\" IS DISTINCT FROM s.{shape.Column} COLLATE \"C\"",
        Before = shape.Text("t"),
        After = $"s.{shape.Column}",
        Matches = $"{shape.Text("t")} COLLATE \"C\" = s.{shape.Column} COLLATE \"C\"",
    };
}
