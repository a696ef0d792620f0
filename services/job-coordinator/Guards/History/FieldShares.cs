namespace Headgate.JobCoordinator.Guards.History;

/// <summary>What was found of a field in samples, as shares from 0 to 1.</summary>
/// <param name="Changed">Of those that have a value: those in which it is overwritten.</param>
/// <param name="Nulled">Of those that have a value: those that lose it.</param>
/// <param name="Same">Of all: those that newly get the one value that most of them newly get.</param>
/// <param name="Runs">Of how many runs the first two are: in others too few rows had a value.</param>
sealed record FieldShares(double Changed, double Nulled, double Same, int Runs = 0)
{
    public static readonly FieldShares None = new(0, 0, 0);

    /// <summary>The most of both.</summary>
    public FieldShares Max(FieldShares other) =>
        new(Math.Max(Changed, other.Changed), Math.Max(Nulled, other.Nulled), Math.Max(Same, other.Same), Runs + other.Runs);
}
