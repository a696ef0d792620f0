using Headgate.Bench.Calls;
using Headgate.Bench.Measuring;
using Headgate.Bench.Reporting;

namespace Headgate.Bench.Cases;

/// <summary>What calls cost, beside the least that a server can do; and how soon many who watch see a change.</summary>
sealed class Calls : IBenchCase
{
    const int CallsAtOnce = 32;
    const int StreamsAtOnce = 8;
    const int CallsOfConnection = 8;
    const int Watchers = 500;
    const int Changes = 100;
    const double WarmUp = 1;
    const double Seconds = 4;
    const double WatchGoal = 500;

    static readonly (CallComposition Composition, bool IsGrpc, string Name)[] Contenders =
    [
        (CallComposition.Headgate, true, "gRPC, Headgate"),
        (CallComposition.AccessAlone, true, "gRPC, access alone"),
        (CallComposition.GrpcAlone, true, "gRPC, a port of HTTP/2 alone"),
        (CallComposition.Bare, true, "HTTP/2, bare Kestrel"),
        (CallComposition.Headgate, false, "JSON, Headgate"),
        (CallComposition.AccessAlone, false, "JSON, access alone"),
        (CallComposition.Bare, false, "HTTP/1.1, bare Kestrel"),
    ];

    public string Name => "calls";

    public async Task<CaseReport> RunAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var state = run.Installation.State;
        await CallState.FillAsync(state, cancellationToken);
        var jobs = await CallState.IdsAsync(state, cancellationToken);
        var order = new CallOrder
        {
            Server = "",
            IsGrpc = true,
            Key = await run.Headgate.ViewerKeyAsync(CallState.Project, cancellationToken),
            Method = "GetJob",
            Bodies = [],
            AtOnce = CallsAtOnce,
            CallsOfConnection = CallsOfConnection,
            WarmUpSeconds = WarmUp,
            Seconds = Seconds,
        };
        var calls = await RaceAsync(
            run, CallServers.Calls, isGrpc => order with { IsGrpc = isGrpc, Bodies = [.. jobs.Select(job => CallClients.Body(CallClients.Get(job), isGrpc))] }, cancellationToken);
        var messages = await RaceAsync(
            run, CallServers.Streams,
            isGrpc => order with
            {
                IsGrpc = isGrpc,
                Method = "WatchJobs",
                Bodies = [CallClients.StreamBody(CallClients.Watch(CallState.Project), isGrpc)],
                AtOnce = StreamsAtOnce,
            },
            cancellationToken);
        var (watched, worst) = await WatchAsync(run, cancellationToken);
        return new CaseReport
        {
            Name = Name,
            Description = $"GetJob of {jobs.Count} jobs with three objects and two commands, by {CallsAtOnce} clients at once and an API key that is bound to one project; one "
                + $"message of a job over and over, by {StreamsAtOnce} streams at once, each flushed; {Seconds:0} s for each contender in each round, after {WarmUp:0} s that are not "
                + $"counted. Bare Kestrel reads the request and answers the same bytes. {Changes} changes of one job, from before the change is sent to the database until "
                + "the last watcher has read it. Servers and clients are processes of their own, and all of them and PostgreSQL share the processors.",
            Figures = [Table("unary calls", calls, hasTimes: true), Table("messages of streams", messages, hasTimes: false), watched],
            Targets = [Target.AtMost($"p99 to the last of {Watchers} watchers", WatchGoal, worst, " ms")],
        };
    }

    static async Task<IReadOnlyList<IReadOnlyList<CallTally>>> RaceAsync(
        CaseRun run, string content, Func<bool, CallOrder> order, CancellationToken cancellationToken)
    {
        var what = content == CallServers.Calls ? "calls" : "messages";
        var answers = await RecordAsync(run, content, order, cancellationToken);
        await using var servers = await CallServers.StartAsync(run.Installation, content, Enum.GetValues<CallComposition>(), answers, cancellationToken);
        var tallies = Contenders.Select(_ => new List<CallTally>()).ToList();
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            for (var i = 0; i < Contenders.Length; i++)
            {
                var at = (i + round) % Contenders.Length;
                var (composition, isGrpc, name) = Contenders[at];
                var tally = await CallClients.RunAsync(what, order(isGrpc) with { Server = servers.AddressOf(composition, isGrpc) }, cancellationToken);
                if (round > 0) tallies[at].Add(tally);
                run.Say($"  {(round == 0 ? "cold" : $"round {round}")}: {name} {tally.Rate:N0} {what} a second of {tally.Size:N0} bytes");
            }
        }

        return tallies;
    }

    // What the bare server answers is what Headgate does.
    static async Task<string> RecordAsync(CaseRun run, string content, Func<bool, CallOrder> order, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(run.Installation.Scratch, $"answers-{content}");
        Directory.CreateDirectory(folder);
        await using var servers = await CallServers.StartAsync(run.Installation, content, [CallComposition.Headgate], answers: null, cancellationToken);
        foreach (var isGrpc in (bool[])[true, false])
        {
            using var client = new CallClient(order(isGrpc) with { Server = servers.AddressOf(CallComposition.Headgate, isGrpc) });
            var answer = content == CallServers.Calls ? await client.CallAsync(0, cancellationToken) : await client.FirstMessageAsync(cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(folder, isGrpc ? BareEndpoint.GrpcFile : BareEndpoint.ConnectFile), answer, cancellationToken);
        }

        return folder;
    }

    static async Task<(Figures Table, double Worst)> WatchAsync(CaseRun run, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        var worst = 0.0;
        var key = await run.Headgate.ViewerKeyAsync(CallState.WatchedProject, cancellationToken);
        var job = await CallState.WatchedAsync(run.Installation.State, cancellationToken);
        await using var servers = await CallServers.StartAsync(run.Installation, CallServers.Calls, [CallComposition.Headgate], answers: null, cancellationToken);
        foreach (var (watchers, isGrpc) in (IEnumerable<(int, bool)>)[(1, true), (Watchers, true), (1, false), (Watchers, false)])
        {
            var tally = await CallClients.RunAsync(
                "watch",
                new CallOrder
                {
                    Server = servers.AddressOf(CallComposition.Headgate, isGrpc),
                    IsGrpc = isGrpc,
                    Key = key,
                    Method = "WatchJobs",
                    AtOnce = watchers,
                    Changes = Changes,
                    Bodies = [CallClients.StreamBody(CallClients.Watch(CallState.WatchedProject), isGrpc)],
                    State = run.Installation.State.ConnectionString,
                    Job = job,
                },
                cancellationToken);
            var taken = tally.Milliseconds;
            var p99 = Statistics.Percentile(taken, 99);
            if (watchers == Watchers) worst = Math.Max(worst, p99);
            rows.Add([isGrpc ? "gRPC" : "JSON", $"{watchers}", $"{taken.Count}", $"{taken.Min():0} ms", $"{Statistics.Median(taken):0} ms", $"{p99:0} ms", $"{taken.Max():0} ms"]);
            run.Say($"  {watchers} watchers by {(isGrpc ? "gRPC" : "JSON")}: median {Statistics.Median(taken):0} ms, p99 {p99:0} ms");
        }

        return (new Figures(["to the last watcher", "watchers", "changes", "min", "median", "p99 (nearest rank)", "max"], rows), worst);
    }

    static Figures Table(string what, IReadOnlyList<IReadOnlyList<CallTally>> tallies, bool hasTimes)
    {
        var rows = new List<IReadOnlyList<string>>();
        for (var at = 0; at < Contenders.Length; at++)
        {
            var (_, isGrpc, name) = Contenders[at];
            var own = tallies[at];
            if (own.Count == 0) continue;
            var rate = Median(own);
            var bare = Median(tallies[Array.FindIndex(Contenders, other => other.Composition == CallComposition.Bare && other.IsGrpc == isGrpc)]);
            rows.Add(
            [
                name, $"{own[0].Size:N0} bytes", $"{rate:N0}", $"{own.Min(tally => tally.Rate):N0} to {own.Max(tally => tally.Rate):N0}", $"{rate / bare:0.00}",
                .. hasTimes ? Times(own) : (IEnumerable<string>)[],
            ]);
        }

        return new Figures(
            [what, "answer", "a second, median", "min to max", "of bare Kestrel", .. hasTimes ? ["median", "p99 (nearest rank)"] : (IEnumerable<string>)[]], rows);
    }

    static double Median(IReadOnlyList<CallTally> tallies) => Statistics.Median(tallies.Select(tally => tally.Rate));

    static IEnumerable<string> Times(IReadOnlyList<CallTally> tallies)
    {
        double[] all = [.. tallies.SelectMany(tally => tally.Milliseconds)];
        return [$"{Statistics.Median(all):0.0} ms", $"{Statistics.Percentile(all, 99):0.0} ms"];
    }
}
