using System.Globalization;
using Headgate.JobCoordinator.Reading;

namespace Headgate.JobCoordinator.Watching;

/// <summary>How far a client of WatchJobs has come; what a resume token carries.</summary>
/// <param name="Seen">Of the jobs that it was shown, it knows all that this saw.</param>
/// <param name="At">When that was, by the database's clock.</param>
/// <param name="Shown">The last job of the list that it was shown; null: it was shown the whole list.</param>
sealed record WatchPlace(Snapshot Seen, DateTimeOffset At, JobKey? Shown)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seen}|{At.UtcTicks}|{Shown}");

    public static WatchPlace Parse(string text)
    {
        var parts = text.Split('|');
        return new WatchPlace(
            Snapshot.Parse(parts[0]), new DateTimeOffset(long.Parse(parts[1], CultureInfo.InvariantCulture), TimeSpan.Zero),
            parts[2].Length == 0 ? null : JobKey.Parse(parts[2]));
    }
}
