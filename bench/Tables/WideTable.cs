using Headgate.Bench.Stack;

namespace Headgate.Bench.Tables;

/// <summary>A table of 400 columns of four types, half of the values null.</summary>
static class WideTable
{
    public const string Name = "public.wide";
    public const int Columns = 400;

    static readonly (string Type, string Value)[] Kinds =
    [
        ("bigint", "i * {0}"), ("text", "'v' || i % 1009"), ("numeric(12,2)", "(i % 100003 + {0})::numeric / 100"),
        ("timestamptz", "timestamptz '2025-01-01 00:00:00Z' + i % 86400 * interval '1 second'"),
    ];

    public static string Create =>
        $"create table {Name} (id bigint primary key, {string.Join(", ", Numbers.Select(n => $"c{n} {Kinds[n % Kinds.Length].Type}"))})";

    static IEnumerable<int> Numbers => Enumerable.Range(1, Columns - 1);

    public static async Task<EndState> FillAsync(Database source, long rows, CancellationToken cancellationToken)
    {
        await source.ExecuteAsync($"drop table if exists {Name}", cancellationToken);
        await source.ExecuteAsync(Create, cancellationToken);
        var values = Numbers.Select(n => $"case when (i + {n}) % 2 = 0 then {string.Format(null, Kinds[n % Kinds.Length].Value, n)} end");
        await source.ExecuteAsync(
            $"insert into {Name} select i, {string.Join(", ", values)} from generate_series(1::bigint, {rows}) i", cancellationToken);
        await source.ExecuteAsync($"vacuum (freeze, analyze) {Name}", cancellationToken);
        return (await EndState.OfAsync(source, Name, cancellationToken))!;
    }
}
