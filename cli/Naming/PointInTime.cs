using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Errors;

namespace Headgate.Cli.Naming;

/// <summary>A time as it is typed: 2026-01-31, 2026-01-31T16:47, with a zone or in the local one; or so long ago: 90s, 30m, 2h, 7d.</summary>
static class PointInTime
{
    public static Timestamp? Parse(string? typed, string option, DateTimeOffset now) =>
        typed is null ? null : Timestamp.FromDateTimeOffset(Absolute(typed) ?? now - Ago(typed, option));

    /// <summary>Likewise, but from now on: 30d.</summary>
    public static Timestamp? ParseFuture(string? typed, string option, DateTimeOffset now) =>
        typed is null ? null : Timestamp.FromDateTimeOffset(Absolute(typed) ?? now + Ago(typed, option));

    static DateTimeOffset? Absolute(string typed) =>
        DateTimeOffset.TryParseExact(
            typed,
            [
                "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss",
                "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
            ],
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time)
            ? time.ToUniversalTime()
            : null;

    static TimeSpan Ago(string typed, string option)
    {
        var unit = typed.Length > 1 ? typed[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 } : 0;
        return unit > 0 && int.TryParse(typed.AsSpan(0, typed.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 36_500
            ? TimeSpan.FromSeconds((double)number * unit)
            : throw new CliException($"{option}: \"{typed}\" is no time: expected is 2026-01-31T16:47:00Z, or so long as in 90s, 30m, 2h or 7d.", ExitCode.Usage);
    }
}
