using Headgate.Contracts.Comparing;
using Headgate.Contracts.Pipelines;
using Headgate.JobCoordinator.Guards;

namespace Headgate.JobCoordinator.Tests.Guards;

/// <summary>
/// A table that lives: it grows, has quiet nights and weekends, month ends and campaigns, noise, fields that change often, seldom, and all at
/// once, and days on which nothing runs. The judges are the real ones; what they hold is let pass, as by an operator who has looked.
/// </summary>
sealed class SimulatedPipeline
{
    static readonly GuardsDefinition Defaults = new();

    readonly Random _random;
    readonly double _growth;
    readonly double _changes;
    readonly double _inserts;
    readonly double _noise;
    readonly bool _hasCursor;
    readonly bool _isCalmAtNight;
    readonly (string Name, double Changes, double Nulls, double Filled, bool Flips)[] _fields;
    double _size;

    public SimulatedPipeline(int seed, int runsADay)
    {
        _random = new Random(seed);
        RunsADay = runsADay;
        _size = Math.Pow(10, 3 + (3 * _random.NextDouble()));
        _growth = 0.03 * Math.Pow(_random.NextDouble(), 3);
        _changes = 0.001 + (0.1 * Math.Pow(_random.NextDouble(), 2));
        // A fifth of the tables only grows, a fifth only changes.
        _inserts = _random.Next(5) switch { 0 => 1, 1 => 0, _ => 0.1 + (0.5 * _random.NextDouble()) };
        // What a whole day brings differs less than what a quarter of an hour does.
        _noise = (0.2 + (0.4 * _random.NextDouble())) * (runsADay == 1 ? 0.5 : 1);
        _hasCursor = runsADay > 1 || _random.Next(2) == 0;
        _isCalmAtNight = _random.Next(2) == 0;
        _fields = [.. Enumerable.Range(0, 8).Select(no => ($"f{no}", no == 0 ? 1 : Math.Pow(_random.NextDouble(), 2), 0.03 * Math.Pow(_random.NextDouble(), 4), Filled(no), no == 7))];
    }

    public int RunsADay { get; }

    public bool HasCursor => _hasCursor;

    public RememberedRuns Remembered { get; } = new();

    public DateTimeOffset Last { get; private set; }

    /// <summary>One run that is due.</summary>
    /// <returns>What holds it; empty: nothing.</returns>
    public IReadOnlyList<Judgement> Run(DateTimeOffset now)
    {
        // First of all everything is read, and now and then again, which is then confirmed.
        var isFirst = Remembered.Runs == 0;
        var isFull = isFirst || !_hasCursor || _random.Next(3_000) == 0;
        var days = isFirst ? 0 : (now - Last).TotalDays;
        var changed = (long)(_size * _changes * days * Season(now) * Math.Exp(_noise * Normal()));
        var inserted = isFirst ? (long)_size : (long)(changed * _inserts) + (long)(_size * _growth * days);
        _size += isFirst ? 0 : inserted;
        var rows = isFull ? (long)_size : Math.Min(changed + inserted, (long)_size);
        var found = isFirst || rows < CanaryJudge.LeastRows ? null : Compare(now, isFull, rows, inserted);
        var held = Judge(now, isFull, rows, found, isConfirmed: true).ToList();
        Remembered.Keep(isFull, rows, inserted, found, now);
        Last = now;
        return held;
    }

    /// <summary>What trips of a run that brings this.</summary>
    public IEnumerable<Judgement> Judge(DateTimeOffset now, bool full, long rows, ObjectFindings? found, bool isConfirmed, bool hasOffset = true)
    {
        var read = new ObjectRead { ObjectNo = 0, Object = "public.t", Full = full, HasOffset = hasOffset, History = Remembered.History };
        IEnumerable<Judgement> judged =
        [
            FullLoadJudge.Judge(read, isConfirmed),
            VolumeJudge.Judge(Defaults.Volume, "public.t", rows, VolumeReference.Of(Defaults.Volume, full, read.History, now), Remembered.Runs),
            .. found is null ? [] : CanaryJudge.Judge(
                Defaults.Canary,
                new CanarySubject { Object = "public.t", Full = full, Rows = rows, Runs = Remembered.Runs, Found = found, History = Remembered.Samples(full) }),
        ];
        return judged.Where(each => each.Outcome == JudgementOutcome.Tripped);
    }

    /// <summary>How many rows a run of now would read if it read all.</summary>
    public long Size => (long)_size;

    /// <summary>A sample of ordinary records.</summary>
    public ObjectFindings Compare(DateTimeOffset now, bool full, long rows, long inserted)
    {
        var sample = (int)Math.Min(rows, Defaults.Canary.Sample);
        var inserts = Some(sample, Math.Min(1, (double)inserted / rows));
        var existing = sample - inserts;
        // Of a full read few rows have changed since the last run.
        var touched = full ? Math.Min(1, 2 * _changes / RunsADay) : 1;
        var flips = IsCampaign(now) ? 0.9 : 0.3 + (0.4 * _random.NextDouble());
        return new ObjectFindings
        {
            ObjectNo = 0,
            Rows = sample,
            Inserts = inserts,
            Updates = existing,
            Unchanged = 0,
            Rejected = 0,
            DestinationRows = (long)_size,
            Fields = [.. _fields.Select(field => Field(field, existing, touched, flips))],
        };
    }

    // Every other field is sparse; all of them have a value in enough rows to be judged by.
    double Filled(int no) => no % 2 == 0 || no == 7 ? 1 : 0.1 + (0.5 * _random.NextDouble());

    FieldFindings Field((string Name, double Changes, double Nulls, double Filled, bool Flips) field, int existing, double touched, double flips)
    {
        var share = field.Flips ? flips : Math.Min(1, field.Changes * Math.Exp(0.3 * Normal()));
        var filled = Some(existing, field.Filled);
        var overwritten = Some(filled, touched * share);
        // What is empty is filled more seldom than what is there changes.
        var changed = overwritten + Some(existing - filled, touched * share * 0.3);
        return new FieldFindings
        {
            Field = field.Name,
            Changed = changed,
            Nulled = Some(filled, Math.Min(1, touched * field.Nulls)),
            NonNullBefore = filled,
            Overwritten = overwritten,
            // A status that most of what has changed comes to.
            Same = field.Flips ? Some(changed, 0.7) : Math.Min(changed, 3),
            SameBefore = Some(existing, 0.1),
        };
    }

    double Season(DateTimeOffset now)
    {
        var day = now.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.3 : 1;
        var hour = _isCalmAtNight && now.Hour is < 6 or > 21 ? 0.1 : 1;
        var month = now.Day >= 28 ? 2.5 : 1;
        return day * (RunsADay > 1 ? hour : 1) * month * (IsCampaign(now) ? 4 : 1);
    }

    static bool IsCampaign(DateTimeOffset now) => now.Day is 11 or 24;

    int Some(int of, double share) => (int)Math.Clamp(Math.Round((of * share) + (Math.Sqrt(of * share * (1 - share)) * Normal())), 0, of);

    double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
