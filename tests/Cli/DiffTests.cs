using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class DiffTests : CliTest
{
    static readonly DiffSummary Sums = new() { Compared = 1200, Equal = 1197, Different = 2, MissingAtSource = 1 };

    [Fact]
    public async Task Records_are_a_line_each_and_the_sums_come_last_also_of_a_stream_that_breaks_off()
    {
        Coordinator.OnStream<DiffJobRequest>(async (request, send, _) =>
        {
            if (request.ResumeToken.Length == 0)
            {
                await send(new DiffJobResponse { Records = { Different() }, ResumeToken = "1" });
                throw Refused.Plainly(StatusCode.Unavailable, "The server stops.");
            }

            await send(new DiffJobResponse { ResumeToken = "2" });
            await send(new DiffJobResponse { Records = { Unfit(), Missing() }, ResumeToken = "3" });
            await send(new DiffJobResponse { Summary = Sums, ResumeToken = "4" });
        });

        var result = await RunAsync("diff", $"id:{Examples.JobId}");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [
                "different  public.contacts  id=1  email: source \"a@x\", destination \"b@x\", before null, changed since",
                "different  public.contacts  id=2  (the source has values that the destination cannot receive)",
                "missing-at-source  public.contacts  id=3  email: source null, destination \"c@x\", before \"\"",
            ],
            result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3));
        Assert.Contains(
            "1,200 compared: 1,197 equal, 2 different, 1 missing at the source, 0 missing at the destination.", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_get_what_there_is_without_heartbeats()
    {
        var (some, last) = (new DiffJobResponse { Records = { Different() }, ResumeToken = "1" }, new DiffJobResponse { Summary = Sums, ResumeToken = "3" });
        Coordinator.OnStream<DiffJobRequest>(async (_, send, _) =>
        {
            await send(some);
            await send(new DiffJobResponse { ResumeToken = "2" });
            await send(last);
        });

        var result = await RunAsync("diff", $"id:{Examples.JobId}", "--output", "json");

        Assert.Equal([some, last], result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(JsonParser.Default.Parse<DiffJobResponse>));
    }

    static RecordDiff Different() => new()
    {
        Object = "public.contacts",
        Key = Key(1),
        Result = DiffResult.Different,
        Fields = { new FieldDiff { Field = "email", Source = "a@x", Destination = "b@x", ChangedSince = true } },
    };

    static RecordDiff Unfit() => new() { Object = "public.contacts", Key = Key(2), Result = DiffResult.Different };

    static RecordDiff Missing() => new()
    {
        Object = "public.contacts",
        Key = Key(3),
        Result = DiffResult.MissingAtSource,
        Fields = { new FieldDiff { Field = "email", Destination = "c@x", Before = "" } },
    };

    static RecordKey Key(int id) => new() { Values = { ["id"] = $"{id}" } };
}
