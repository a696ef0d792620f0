using Headgate.Bench.Peers;
using Headgate.Bench.Stack;

namespace Headgate.Bench.Batches;

/// <summary>INSERT ... ON CONFLICT DO UPDATE, and nothing else: no fence, no ledger, no log.</summary>
sealed class BlindBatches(Installation installation, UpsertSubject subject) : SqlBatches(Contenders.BlindBatches, installation, subject)
{
    protected override IReadOnlyList<string> Begin(int segment) => [];

    protected override IReadOnlyList<string> Write(int segment, MemoryBatch batch) => [Scripts.BlindInsert(Stage, Table)];
}
