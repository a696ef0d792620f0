using Headgate.IngestWorker.Configuration;
using Microsoft.Extensions.Configuration;

namespace Headgate.IngestWorker.Tests.Configuration;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void Nothing_set_means_the_defaults() => Assert.Equal(new WorkerOptions(), Read());

    [Fact]
    public void As_many_segments_are_read_and_written_at_the_same_time_as_there_are_processors()
    {
        var processors = Math.Clamp(Environment.ProcessorCount, 2, 16);
        Assert.Equal((processors, processors), (Read().ExtractConcurrency, Read().LoadConcurrency));
    }

    [Fact]
    public void Every_option_is_read() => Assert.Equal(
        new WorkerOptions
        {
            PrepareConcurrency = 1,
            ExtractConcurrency = 2,
            LoadConcurrency = 3,
            SnapshotMaxAge = TimeSpan.FromHours(1),
            YieldAfter = TimeSpan.FromSeconds(5),
            ConnectionIdle = TimeSpan.FromSeconds(90),
        },
        Read(
            ("HEADGATE_WORKER_PREPARE_CONCURRENCY", "1"),
            ("HEADGATE_WORKER_EXTRACT_CONCURRENCY", "2"),
            ("HEADGATE_WORKER_LOAD_CONCURRENCY", "3"),
            ("HEADGATE_WORKER_SNAPSHOT_MAX_AGE", "01:00:00"),
            ("HEADGATE_WORKER_YIELD_AFTER", "00:00:05"),
            ("HEADGATE_WORKER_CONNECTION_IDLE", "00:01:30")));

    [Theory]
    [InlineData("HEADGATE_WORKER_LOAD_CONCURRENCY", "0")]
    [InlineData("HEADGATE_WORKER_LOAD_CONCURRENCY", "65")]
    [InlineData("HEADGATE_WORKER_LOAD_CONCURRENCY", "many")]
    [InlineData("HEADGATE_WORKER_YIELD_AFTER", "00:01:01")]
    [InlineData("HEADGATE_WORKER_SNAPSHOT_MAX_AGE", "00:00:00")]
    public void A_wrong_value_is_an_error_that_names_the_option(string name, string value) =>
        Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => Read((name, value))).Message, StringComparison.Ordinal);

    static WorkerOptions Read(params (string Name, string Value)[] settings) => WorkerOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting =>
            new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build());
}
