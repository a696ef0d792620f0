namespace Headgate.Connectors.Postgres.Tests.Undoing;

/// <summary>Something that happens to a random table.</summary>
/// <param name="Kind">What.</param>
/// <param name="First">The first of the records.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Salt">What their values are made from.</param>
/// <param name="Batch">Records in a batch.</param>
sealed record RandomStep(RandomStep.Kinds Kind, int First, int Count, int Salt, int Batch)
{
    public enum Kinds
    {
        /// <summary>The job writes a segment.</summary>
        Segment,

        /// <summary>The same, in another attempt.</summary>
        Attempt,

        /// <summary>A batch is written and its transaction ends without a commit.</summary>
        Broken,

        /// <summary>Somebody edits rows that are not the job's.</summary>
        Person,

        /// <summary>Somebody touches rows of the job's without changing them.</summary>
        Touch,
    }

    public override string ToString() => $"{Kind} {First}+{Count} salt {Salt} by {Batch}";
}
