namespace Headgate.PipelineFiles.Tests;

public sealed class WarningTests
{
    [Theory]
    [InlineData("notify: { email: ops@example.com, on: [failed, guard] }")]
    [InlineData("guards: { fullLoad: { action: notify }, duration: { minThroughput: 0, timesLatency: 10 } }")]
    [InlineData("load: { maxRowsPerSecond: 100 }")]
    [InlineData("triggers: [ { event: A } ]")]
    [InlineData("onVanished: keep")]
    [InlineData("schedule: { every: 15m }")]
    [InlineData("onVanished: mark")]
    [InlineData("onVanished: delete")]
    [InlineData("notify: { email: ops@example.com }")]
    [InlineData("notify: { webhook: env:OPS, on: [extraction-canceled, failed, deadline] }")]
    [InlineData("cancel: { drainDeadline: 30s, escalate: true }")]
    [InlineData("extract: { nulls: full }")]
    [InlineData("retention: { changes: 90d }")]
    [InlineData("retention: { changes: 1d, staging: 1h }")]
    public void Key_that_is_acted_upon_is_not(string line) =>
        Assert.Empty(PipelineFile.Parse(Files.WithSpec(line), "contacts.yaml").Warnings);

    [Fact]
    public void Defaults_are_not_warned_about() => Assert.Empty(PipelineFile.Parse(Files.Minimal, "contacts.yaml").Warnings);
}
