namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What was found of a field in a sample, as shares from 0 to 1.</summary>
/// <param name="Changed">Of the rows that the destination has: those whose value is overwritten.</param>
/// <param name="Nulled">Of those that have a value: those that lose it.</param>
/// <param name="Same">Of all: those that newly get the one value that most of them newly get.</param>
sealed record FieldShares(double Changed, double Nulled, double Same)
{
    public static readonly FieldShares None = new(0, 0, 0);

    public FieldShares Max(FieldShares other) =>
        new(Math.Max(Changed, other.Changed), Math.Max(Nulled, other.Nulled), Math.Max(Same, other.Same));
}
