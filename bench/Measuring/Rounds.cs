using Headgate.Bench.Stack;
using Headgate.Connectors;
using Npgsql;

namespace Headgate.Bench.Measuring;

/// <summary>
/// Runs the contenders alternating: one cold round in the given order, then warm rounds that each begin with another one, so that none
/// always follows the same neighbour.
/// </summary>
sealed class Rounds(Installation installation, int warm, Action<string> say)
{
    public async Task<IReadOnlyList<ContenderResult>> RunAsync(IReadOnlyList<IContender> contenders, CancellationToken cancellationToken)
    {
        var results = contenders.ToDictionary(c => c, c => new ContenderResult(c.Name) { Missing = c.Missing });
        IContender[] present = [.. contenders.Where(c => c.Missing is null)];
        for (var round = 0; round <= warm; round++)
        {
            for (var i = 0; i < present.Length; i++)
            {
                var contender = present[(i + round) % present.Length];
                await RunAsync(contender, results[contender], round, cancellationToken);
            }
        }

        return [.. results.Values];
    }

    async Task RunAsync(IContender contender, ContenderResult result, int round, CancellationToken cancellationToken)
    {
        try
        {
            await contender.PrepareAsync(cancellationToken);
            await installation.SettleAsync(cancellationToken);
            var measure = await contender.RunAsync(cancellationToken);
            if (await contender.DifferenceAsync(cancellationToken) is { } difference) result.Refuse(round, difference);
            else result.Add(round, measure);
            say($"  {(round == 0 ? "cold" : $"round {round}")}: {contender.Name} {measure.Seconds:0.00} s");
        }
        catch (Exception error) when (error is ConnectorException or NpgsqlException)
        {
            throw new BenchException($"{contender.Name} failed: {error.Message}", error);
        }
        finally
        {
            // Also after Ctrl-C: a subscription would keep its database from being dropped, and its slot the server's log.
            await contender.CleanUpAsync(CancellationToken.None);
        }
    }
}
