using System.Security;

namespace Headgate.PipelineFiles.Rules;

static class ScheduleRule
{
    public static readonly Rule<string> Cron = new(
        "five fields: minute, hour, day of month, month, day of week, such as */15 * * * *",
        (string text, out string value) =>
        {
            value = text;
            return CronSyntax.WhatIsWrong(text);
        });

    public static readonly Rule<string> Timezone = new(
        "an IANA time zone such as UTC or Europe/Berlin",
        (string text, out string value) =>
        {
            value = text;
            return IsZone(text) ? null : $"{Shown.Value(text)} is not a known time zone";
        });

    // The name becomes part of a file name when zones are looked up: nothing but letters of a zone may get there.
    static bool IsZone(string text)
    {
        if (text.Length is 0 or > 64 || !char.IsAsciiLetter(text[0]) || !text.All(MayContain))
            return false;
        try
        {
            TimeZoneInfo.FindSystemTimeZoneById(text);
            return true;
        }
        catch (Exception unknown) when (unknown is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException
            or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static bool MayContain(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+';
}
