using Grpc.Core;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Doubts;

/// <summary>
/// Ten records on their way to a server that counts each request: 1 to 4 are answered, 5 is counted and not answered, 6 neither, the others
/// are not sent any more. Two are under way at a time, in either order. A stop by force leaves exactly 5 and 6 in doubt.
/// </summary>
public sealed class ForceInMidFlightTests(CounterBench bench) : IClassFixture<CounterBench>
{
    [Fact]
    public async Task Force_leaves_in_doubt_what_was_sent_and_not_answered_and_the_server_is_asked_what_it_has()
    {
        bench.Counters.CountsInSilence.Add("5");
        bench.Counters.Swallows.Add("6");
        var job = await bench.StartJobAsync();
        await bench.Counters.SilentAsync();

        await RefusedWithoutConsentAsync(job);
        await bench.Jobs.CancelJobAsync(new CancelJobRequest { Job = job, Mode = CancelMode.Force, AcceptInDoubt = true });
        await Eventually.HoldsAsync(async () => (await bench.GetAsync(job)).State == JobState.Canceled);

        var canceled = await bench.GetAsync(job);
        Assert.Equal((4, 2), (canceled.Counts.Written, canceled.Counts.InDoubt));
        Assert.Equal((4, 2), (canceled.Objects[0].Counts.Written, canceled.Objects[0].Counts.InDoubt));
        var doubts = await ListAsync(job);
        Assert.Equal(["5 n5 Open", "6 n6 Open"], doubts.Select(Shown).Order(StringComparer.Ordinal));
        Assert.All(doubts, record => Assert.Equal(("records", 1), (record.Object, record.Attempt)));
        Assert.Equal(doubts.Select(record => record.RequestKey).Order(StringComparer.Ordinal), bench.Counters.Received.TakeLast(2).Order(StringComparer.Ordinal));
        await PagedAsync(job);
        var standing = await IntentsAsync();

        bench.Counters.AnswerLookups();
        await Eventually.HoldsAsync(async () => (await bench.GetAsync(job)).Counts.InDoubt == 0);

        var settled = await bench.GetAsync(job);
        Assert.Equal((JobState.Canceled, 5, 5), (settled.State, settled.Counts.Written, settled.Objects[0].Counts.Written));
        Assert.Equal(["5 n5 Written", "6 n6 NotWritten"], (await ListAsync(job)).Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal(["6 n6 NotWritten"], (await ListAsync(job, DoubtState.NotWritten)).Select(Shown));
        Assert.Equal(5, bench.Counters.Counts.Values.Sum());
        Assert.Equal(6, bench.Counters.Received.Count);
        Assert.Equal(standing, await IntentsAsync());
        var usage = Assert.Single((await bench.Records.GetUsageAsync(new GetUsageRequest { Project = CounterBench.Project })).Usage);
        Assert.Equal((JobState.Canceled, 1, 5, 0), (usage.State, usage.Jobs, usage.Counts.Written, usage.Counts.InDoubt));
    }

    async Task RefusedWithoutConsentAsync(JobReference job)
    {
        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await bench.Jobs.CancelJobAsync(new CancelJobRequest { Job = job, Mode = CancelMode.Force }));
        var refusal = error.GetRpcStatus()!.GetDetail<Refusal>()!;
        Assert.Equal((Rule.AcceptInDoubt, JobState.Processing), (refusal.Rule, refusal.JobState));
        Assert.Contains("up to 10 records", refusal.Sentence, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<RpcException>(async () => await bench.Jobs.DiscardJobAsync(new DiscardJobRequest { Job = job }));
        Assert.Equal(Rule.AcceptInDoubt, error.GetRpcStatus()!.GetDetail<Refusal>()!.Rule);
    }

    async Task<IReadOnlyList<InDoubtRecord>> ListAsync(JobReference job, DoubtState state = DoubtState.Unspecified) =>
        (await bench.Records.ListInDoubtAsync(new ListInDoubtRequest { Job = job, Object = "records", State = state })).Records;

    async Task PagedAsync(JobReference job)
    {
        var first = await bench.Records.ListInDoubtAsync(new ListInDoubtRequest { Job = job, PageSize = 1 });
        var second = await bench.Records.ListInDoubtAsync(new ListInDoubtRequest { Job = job, PageSize = 1, PageToken = first.NextPageToken });
        Assert.Equal(["5 n5 Open", "6 n6 Open"], first.Records.Concat(second.Records).Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal("", second.NextPageToken);
    }

    // All but what the server has said since.
    async Task<string?> IntentsAsync() => await bench.Intents.ScalarAsync<string>(
        "select string_agg(row || ' ' || sent_at || case when was_in_doubt then '' else ' ' || outcome end, ', ' order by seq) from intent");

    static string Shown(InDoubtRecord record) => $"{record.Key.Values["id"]} {record.Record[1].Value} {record.State}";
}
