using System.Globalization;
using Headgate.Contracts.Guards;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards.History;

namespace Headgate.JobCoordinator.Guards;

/// <summary>Trips where a run takes far longer than those before it, or writes far slower.</summary>
static class DurationJudge
{
    /// <summary>Beyond the percentile: runs of a second double by chance.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    /// <summary>Over how long a pace is measured.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    const int LeastRows = 1_000;

    /// <summary>How long a run may take; null: too few runs to judge by.</summary>
    public static TimeSpan? LimitOf(DurationGuard guard, RunTimes times) =>
        times.RanMs.Count < guard.MinRuns ? null : Max(times.P99 * guard.TimesP99, times.P99 + Least);

    /// <param name="guard">What the pipeline allows.</param>
    /// <param name="ran">How long the run has taken so far, without the time that it was paused.</param>
    /// <param name="times">Of the runs before.</param>
    public static Judgement Judge(DurationGuard guard, TimeSpan ran, RunTimes times) => LimitOf(guard, times) switch
    {
        null => Of(
            Measures.TimesP99, JudgementOutcome.NotYet, 0, guard.TimesP99,
            $"{times.RanMs.Count} runs have completed so far; it takes {guard.MinRuns} to judge how long one may take."),
        { } limit => Of(
            Measures.TimesP99, ran > limit ? JudgementOutcome.Tripped : JudgementOutcome.Passed, ran / Max(times.P99, TimeSpan.FromSeconds(1)), guard.TimesP99,
            $"The run has taken {Shown(ran)} so far, and 99 of 100 runs take no more than {Shown(times.P99)}: more than {Shown(limit)} {(ran > limit ? "is" : "would be")} too long."),
    };

    /// <summary>Far fewer records a minute than usual.</summary>
    /// <returns>Null: too few runs to judge by, or too little was to be written.</returns>
    public static Judgement? JudgeThroughput(DurationGuard guard, RunPace pace, RunTimes times)
    {
        if (times.Rates.Count < guard.MinRuns || guard.MinThroughput == 0) return null;
        var rate = pace.Rows / pace.Window.TotalSeconds;
        return Of(
            Measures.MinThroughput, rate < guard.MinThroughput * times.Rate ? JudgementOutcome.Tripped : JudgementOutcome.Passed, rate / times.Rate, guard.MinThroughput,
            $"The run has written {N(rate)} records a second in the last {Shown(pace.Window)}, and {N(times.Rate)} are usual.");
    }

    /// <summary>A destination that takes far longer for a record than usual.</summary>
    /// <returns>Null: too few runs to judge by, or too little was written.</returns>
    public static Judgement? JudgeLatency(DurationGuard guard, RunPace pace, RunTimes times)
    {
        if (times.Latencies.Count < guard.MinRuns || pace.Rows < LeastRows) return null;
        var latency = pace.Busy.TotalMilliseconds * 1_000 / pace.Rows;
        return Of(
            Measures.TimesLatency, latency > guard.TimesLatency * times.Latency ? JudgementOutcome.Tripped : JudgementOutcome.Passed, latency / times.Latency, guard.TimesLatency,
            $"The destination takes {N(latency)} ms for 1,000 records, and {N(times.Latency)} ms are usual.");
    }

    static Judgement Of(string measure, JudgementOutcome outcome, double observed, double allowed, string sentence) => new()
    {
        Guard = Guard.Duration,
        Measure = measure,
        Outcome = outcome,
        Observed = Math.Round(observed, 2),
        Allowed = allowed,
        Sentence = sentence,
    };

    static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    static string Shown(TimeSpan time) => time.TotalMinutes >= 2
        ? $"{N(time.TotalMinutes)} min" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    static string N(double number) => number.ToString(number < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);
}
