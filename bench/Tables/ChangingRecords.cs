using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>A source table in which another hundredth of the rows changes in each round, once for all contenders.</summary>
sealed class ChangingRecords(Installation installation)
{
    public const string Table = "public.records_changing";
    static readonly TimeSpan PastLag = TimeSpan.FromSeconds(3);
    int _round = -1;

    /// <summary>What the destination has to be after the round.</summary>
    public EndState Expected { get; private set; } = null!;

    /// <summary>When the round's rows changed, as the source spells it.</summary>
    public string Since { get; private set; } = "";

    /// <summary>Makes the changes of a round unless they are made.</summary>
    public async Task ChangeAsync(int round, CancellationToken cancellationToken)
    {
        if (round == _round) return;
        _round = round;
        Since = (await installation.Source.ScalarAsync<string>(
            $"""
             with changed as (
                 update {Table} set amount = coalesce(amount, 0) + 1, city = 'Moved ' || {round}, updated_at = now() where id % 100 = {round % 100}
                 returning updated_at)
             select min(updated_at)::text from changed
             """,
            cancellationToken))!;
        await installation.Source.ExecuteAsync($"vacuum (analyze) {Table}", cancellationToken);
        Expected = (await EndState.OfAsync(installation.Source, Table, cancellationToken))!;
        await Task.Delay(PastLag, cancellationToken);
    }
}
