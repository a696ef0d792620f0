namespace Headgate.Connectors.Postgres.Replacing;

/// <summary>What is needed of a column's type.</summary>
enum ColumnUseKind
{
    /// <summary>That its values have an order.</summary>
    Order,

    /// <summary>The operators that were chosen for it.</summary>
    Operators,

    /// <summary>All that an expression, a reference or an index of another kind does with it.</summary>
    Expression,
}
