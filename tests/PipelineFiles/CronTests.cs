namespace Headgate.PipelineFiles.Tests;

public sealed class CronTests
{
    [Theory]
    [InlineData("* * * * *")]
    [InlineData("0 0 1 1 0")]
    [InlineData("59 23 31 12 7")]
    [InlineData("*/15 0-6,18-23/2 1,15 JAN-mar,DEC MON-FRI")]
    [InlineData("0  9\t* * FRI-SUN")]
    [InlineData("0 0 29 2 *")]
    [InlineData("0 0 30 2 MON")]
    public void Cron_of_five_fields_is_accepted(string cron) => Assert.Empty(Problems(cron));

    [Theory]
    [InlineData("* * * *", "it has 4 fields instead of 5")]
    [InlineData("0 * * * * *", "it has 6 fields instead of 5 (there are no seconds and no years)")]
    [InlineData("@daily", "a nickname such as @daily is not supported")]
    [InlineData("60 * * * *", "minute: '60' is not a number from 0 to 59")]
    [InlineData("* 24 * * *", "hour: '24' is not a number from 0 to 23")]
    [InlineData("* * 0 * *", "day of month: '0' is not a number from 1 to 31")]
    [InlineData("* * ? * *", "day of month: '?' is not a number from 1 to 31")]
    [InlineData("* * L * *", "day of month: 'L' is not a number from 1 to 31")]
    [InlineData("* * * 13 *", "month: '13' is not a number from 1 to 12 or a name JAN to DEC")]
    [InlineData("* * * * 8", "day of week: '8' is not a number from 0 to 7 or a name SUN to SAT")]
    [InlineData("* * * * MONDAY", "day of week: 'MONDAY' is not a number from 0 to 7 or a name SUN to SAT")]
    [InlineData("30-10 * * * *", "minute: the range '30-10' ends before it begins")]
    [InlineData("*/0 * * * *", "minute: the step of '*/0' is not a number from 1 to 59")]
    [InlineData("*/60 * * * *", "minute: the step of '*/60' is not a number from 1 to 59")]
    [InlineData("5/15 * * * *", "minute: a step needs * or a range before it, such as 5-59")]
    [InlineData("1,,2 * * * *", "minute: an entry of the list is empty")]
    [InlineData("1- * * * *", "minute: the value is not a number from 0 to 59")]
    [InlineData("-1 * * * *", "minute: the value is not a number from 0 to 59")]
    [InlineData("99 99 * * *", "minute: '99' is not a number from 0 to 59; hour: '99' is not a number from 0 to 23")]
    [InlineData("0 0 30 2 *", "no such day comes in these months")]
    [InlineData("0 0 31 4,6,9,11 *", "no such day comes in these months")]
    [InlineData("0 0 30 2 */2", "no such day comes in these months")]
    public void Bad_cron_is_refused_with_its_field(string cron, string message)
    {
        var problem = Assert.Single(Problems(cron));

        Assert.Equal(("spec.schedule.cron", message), (problem.Field, problem.Message));
    }

    static IReadOnlyList<PipelineFileProblem> Problems(string cron) =>
        PipelineFile.Parse(Files.WithSpec($"schedule: {{ cron: \"{cron.Replace("\t", "\\t", StringComparison.Ordinal)}\" }}"), "contacts.yaml").Problems;
}
