using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>What is repaired: a table of which a job has changed each row in 3 of 12 columns.</summary>
/// <param name="Table">Its name, at the source, which has it as the job has left it, and at the destination.</param>
/// <param name="Before">The source table that has it as it was before.</param>
/// <param name="Pipeline">Of the job.</param>
/// <param name="WasBefore">What it has to hold once it is put back.</param>
sealed record RepairSubject(string Table, string Before, string Pipeline, EndState WasBefore)
{
    /// <summary>The columns that differ.</summary>
    public static IReadOnlyList<string> Changed { get; } = ["city", "amount", "updated_at"];
}
