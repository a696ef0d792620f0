using Headgate.Crashes.Tests.Checking;
using Headgate.Crashes.Tests.Rounds;

namespace Headgate.Crashes.Tests.Chaos;

/// <summary>One round: a random pipeline, a run, and everything that can happen to it; then everything is let go and judged.</summary>
sealed class Round
{
    readonly ChaosFixture _fixture;
    readonly Random _random;
    readonly ChaosScene _scene;
    readonly Mischief _mischief;
    readonly Operators _operators;

    public Round(ChaosFixture fixture, long seed)
    {
        _fixture = fixture;
        _random = Draws.From(seed, 1);
        _scene = new ChaosScene(fixture.Headgate, Draws.From(seed, 2), seed);
        _mischief = new Mischief(fixture, Draws.From(seed, 3), Log.Note);
        _operators = new Operators(fixture, _scene.Pipeline, Draws.From(seed, 4), Log.Note);
        People = Draws.From(seed, 5);
    }

    public RoundLog Log { get; } = new();

    Random People { get; }

    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        await _fixture.Tap.EmptyAsync();
        var checker = await _scene.SetAsync();
        using var stop = new CancellationTokenSource();
        var people = PeopleWriteAsync(stop.Token);
        Log.Note($"run {await _fixture.Bus.SendRunAsync(_scene.Pipeline)}");
        await DisturbAsync();
        await stop.CancelAsync();
        Log.Note($"people wrote {await people} times; let go");
        await _fixture.Crew.LetGoAsync(Log.Note);
        await _operators.ToTheEndAsync();
        await _operators.LastRunAsync();
        await _fixture.Crew.ReviveAsync(Log.Note);
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
            if (_random.Next(3) > 0) await _fixture.Crew.ReviveAsync(Log.Note);
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
                Log.Note($"people could not write: {(error as Npgsql.PostgresException)?.SqlState ?? error.GetType().Name}");
            }

            await Task.Delay(People.Next(5, 60), CancellationToken.None);
        }

        return written;
    }
}
