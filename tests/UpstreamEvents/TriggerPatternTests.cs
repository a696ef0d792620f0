using System.Diagnostics;
using Headgate.Scheduler.Events.Receiving;

namespace Headgate.UpstreamEvents.Tests;

public sealed class TriggerPatternTests
{
    [Theory]
    [InlineData("BackupCompleted", null, "BackupCompleted", "crm-db", true)]
    [InlineData("BackupCompleted", null, "BackupCompleted", null, true)]
    [InlineData("BackupCompleted", "crm-db", "BackupCompleted", "crm-db", true)]
    [InlineData("BackupCompleted", "crm-db", "BackupCompleted", "erp-db", false)]
    [InlineData("BackupCompleted", "crm-db", "BackupCompleted", null, false)]
    [InlineData("BackupCompleted", "*", "BackupCompleted", null, true)]
    [InlineData("backupcompleted", null, "BackupCompleted", null, false)]
    [InlineData("Backup*", null, "BackupCompleted", null, true)]
    [InlineData("Backup*", null, "Backup", null, true)]
    [InlineData("*Completed", null, "BackupCompleted", null, true)]
    [InlineData("*Completed", null, "BackupCompletedLate", null, false)]
    [InlineData("*", "*-db", "Anything", "crm-db", true)]
    [InlineData("B*k*C*d", null, "BackupCompleted", null, true)]
    [InlineData("B*k*C*x*d", null, "BackupCompleted", null, false)]
    [InlineData("a*a", null, "a", null, false)]
    [InlineData("a*a", null, "aa", null, true)]
    [InlineData("a**b", null, "a.b", null, true)]
    [InlineData("a.c", null, "abc", null, false)]
    [InlineData("%", null, "abc", null, false)]
    public void Trigger_means_an_event_by_type_and_subject(string pattern, string? subjectPattern, string type, string? subject, bool matches) =>
        Assert.Equal(matches, TriggerPattern.Matches(pattern, subjectPattern, type, subject));

    [Fact]
    public void Pattern_made_to_take_long_does_not()
    {
        var pattern = string.Concat(Enumerable.Repeat("a*", 99)) + "b*";
        var watch = Stopwatch.StartNew();
        for (var time = 0; time < 1_000; time++) Assert.False(TriggerPattern.Matches(pattern, null, new string('a', 200), null));
        // A thousand take some ten milliseconds; one that is tried from every place for every star would not end.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }
}
