using System.Collections.Concurrent;
using System.Diagnostics;
using Headgate.Crashes.Tests.Checking;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>One round: a random pipeline, a run, and everything that can happen to it; then everything is let go and judged.</summary>
sealed class Round
{
    readonly ConcurrentQueue<string> _log = new();
    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly ChaosFixture _fixture;
    readonly Random _random;
    readonly ChaosScene _scene;
    readonly Mischief _mischief;
    readonly Operators _operators;

    public Round(ChaosFixture fixture, long seed)
    {
        _fixture = fixture;
        // Each has its own, so that what one does does not depend on how far another one has come.
        _random = From(seed, 1);
        _scene = new ChaosScene(fixture.Headgate, From(seed, 2), seed);
        _mischief = new Mischief(fixture, From(seed, 3), Note);
        _operators = new Operators(fixture, _scene.Pipeline, From(seed, 4), Note);
        People = From(seed, 5);
    }

    public string Log => string.Join('\n', _log);

    Random People { get; }

    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        await _fixture.Tap.EmptyAsync();
        var checker = await _scene.SetAsync();
        using var stop = new CancellationTokenSource();
        var people = PeopleWriteAsync(stop.Token);
        Note($"run {await _fixture.Bus.SendRunAsync(_scene.Pipeline)}");
        await DisturbAsync();
        await stop.CancelAsync();
        Note($"people wrote {await people} times; let go");
        await _fixture.Crew.LetGoAsync(Note);
        await _operators.ToTheEndAsync();
        await _operators.LastRunAsync();
        await _fixture.Crew.ReviveAsync(Note);
        return await checker.JudgeAsync();
    }

    async Task DisturbAsync()
    {
        var steps = _random.Next(5, 12);
        for (var step = 0; step < steps; step++)
        {
            await Task.Delay(_random.Next(20, 400));
            if (_random.Next(3) == 0) await _operators.CommandAsync();
            else await _mischief.DoAsync();
            if (_random.Next(3) > 0) await _fixture.Crew.ReviveAsync(Note);
        }
    }

    async Task<int> PeopleWriteAsync(CancellationToken stop)
    {
        var written = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _scene.PeopleWriteAsync(People);
                written++;
            }
            catch (Npgsql.NpgsqlException error)
            {
                // Its server is away: people try again.
                Note($"people could not write: {(error as Npgsql.PostgresException)?.SqlState ?? error.GetType().Name}");
            }

            await Task.Delay(People.Next(5, 60), CancellationToken.None);
        }

        return written;
    }

    void Note(string what) => _log.Enqueue($"{_watch.Elapsed.TotalSeconds,6:0.00} {what}");

    static Random From(long seed, int part) => new(HashCode(seed * 31 + part));

    static int HashCode(long value) => unchecked((int)(value ^ (value >> 32)) * 73856093);
}
