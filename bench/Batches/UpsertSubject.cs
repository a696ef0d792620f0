using Headgate.Bench.Tables;

namespace Headgate.Bench.Batches;

/// <summary>What is upserted: the records of the source into a destination that holds something already.</summary>
/// <param name="Table">The table's name, at the source and at the destination.</param>
/// <param name="Before">The source table whose rows the destination holds beforehand.</param>
/// <param name="Expected">What it has to hold afterwards.</param>
/// <param name="Rows">The records, for contenders that do not read the source.</param>
sealed record UpsertSubject(string Table, string Before, EndState Expected, StagedRows Rows);
