using Headgate.Contracts.Jobs;
using Headgate.JobCoordinator.Jobs;

namespace Headgate.JobCoordinator.Tests.Saga;

public sealed class CancelAdviceTests
{
    [Fact]
    public async Task Table_in_the_documentation_is_the_one_that_is_recommended_from()
    {
        var rows = CancelAdvice.Table.Select(advice => $"| {advice.Situation} | {advice.Mode} | {advice.Why} |\n");
        var documented = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "stopping.md"));
        Assert.Contains($"| situation | use | why |\n|---|---|---|\n{string.Concat(rows)}\n", documented, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cause_has_one_advice() =>
        Assert.Equal(Enum.GetValues<CancelCause>(), CancelAdvice.Table.Select(advice => advice.Cause).Order());

    [Theory]
    [InlineData("Initializing", null, false, CancelMode.Graceful)]
    [InlineData("Paused", "Initializing", false, CancelMode.Graceful)]
    [InlineData("Paused", "Initializing", true, CancelMode.Graceful)]
    [InlineData("Pausing", "Initializing", true, CancelMode.Graceful)]
    [InlineData("Canceling", "Initializing", true, CancelMode.Graceful)]
    [InlineData("Canceling", "Processing", true, CancelMode.Force)]
    [InlineData("Paused", "Processing", true, CancelMode.Force)]
    [InlineData("Processing", null, true, CancelMode.Force)]
    [InlineData("Processing", "Initializing", true, CancelMode.Force)]
    public void Force_is_for_what_was_launched(string state, string? resumeTo, bool wasLaunched, CancelMode mode) =>
        Assert.Equal(mode, CancelAdvice.Of(CancelCause.TooManyRecords, state, resumeTo, wasLaunched).Mode);

    [Theory]
    [InlineData(false, "Nothing is written, and each cancel is one of the extraction")]
    [InlineData(true, "Nothing of this attempt is written or in flight, and what an earlier one has written stays")]
    public void Cancel_of_a_restarted_job_before_launch_is_not_called_one_of_the_extraction(bool wasLaunched, string why) =>
        Assert.Equal(why, CancelAdvice.Of(CancelCause.TooManyRecords, "Paused", "Initializing", wasLaunched).Why);

    [Fact]
    public void Advice_is_one_sentence_with_the_cause_in_it()
    {
        Assert.Equal(
            "A stop is not confirmed by its deadline (Backend 7 holds the lock): what is in flight does not come to its end.",
            CancelAdvice.Of(CancelCause.StopLate).Sentence("Backend 7 holds the lock."));
        Assert.Equal(CancelMode.Graceful, CancelAdvice.Of(CancelCause.Unknown).Mode);
    }
}
