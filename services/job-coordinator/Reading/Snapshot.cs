using System.Globalization;

namespace Headgate.JobCoordinator.Reading;

/// <summary>
/// Which transactions a statement saw: all before the first one that was under way, and those up to the end that were not. What it did not
/// see may commit at any time later, and is told from what it did by this alone.
/// </summary>
sealed record Snapshot(ulong FirstUnderWay, ulong End, IReadOnlyList<ulong> UnderWay)
{
    /// <summary>Whether it has seen what the transaction wrote, or something newer in its place.</summary>
    public bool Sees(ulong transaction) => transaction < FirstUnderWay || (transaction < End && !UnderWay.Contains(transaction));

    /// <summary>As PostgreSQL writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FirstUnderWay}:{End}:{string.Join(',', UnderWay)}");

    public static Snapshot Parse(string text)
    {
        var parts = text.Split(':');
        return new Snapshot(Number(parts[0]), Number(parts[1]), [.. parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)]);
    }

    static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
