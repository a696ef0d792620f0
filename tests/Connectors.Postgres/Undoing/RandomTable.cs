namespace Headgate.Connectors.Postgres.Tests.Undoing;

/// <summary>A table of random columns, and what happens to it. Its rows are made of numbers: rows below 100 are the job's, others are not.</summary>
/// <param name="Key">Types of the key.</param>
/// <param name="Others">Types of the other fields.</param>
/// <param name="Unmapped">The default, in SQL, of a column that the job does not know; null: there is none.</param>
/// <param name="Before">How many rows there are before the job; 0: the first segments are copied.</param>
/// <param name="Steps">What happens, in this order.</param>
sealed record RandomTable(string[] Key, string[] Others, string? Unmapped, int Before, RandomStep[] Steps)
{
    /// <summary>Types and what makes a value of each from a number h; of keys, one that differs where the numbers do.</summary>
    static readonly Dictionary<string, string> Values = new()
    {
        ["int"] = "h",
        ["bigint"] = "h * 10000000000::bigint",
        ["text"] = "'t''\"\\,{' || h || repeat(' ', h % 3)",
        ["varchar(20)"] = "'v' || h",
        ["char(12)"] = "('c' || h)::char(12)",
        ["numeric"] = "(h / 4.0)::numeric",
        ["numeric(12,3)"] = "(h / 8.0)::numeric(12,3)",
        ["float8"] = "h / 3.0::float8",
        ["bool"] = "h % 2 = 0",
        ["date"] = "'2000-01-01'::date + h % 5000",
        ["timestamptz"] = "'2000-01-01 00:00+00'::timestamptz + h * interval '1.000001 s'",
        ["interval"] = "h * interval '1 day 1 us'",
        ["uuid"] = "md5(h::text)::uuid",
        ["bytea"] = "decode(md5(h::text), 'hex')",
        ["json"] = "('{\"a\" : ' || h || '}')::json",
        ["jsonb"] = "('{\"a\" : ' || h || '}')::jsonb",
        ["int[]"] = "ARRAY[h, NULL, h % 7]",
        ["text[]"] = "ARRAY['a,\"b' || h, NULL]",
    };

    /// <summary>Whether the column that the job does not know holds another value in each row.</summary>
    public bool FillsItself => Unmapped?.Contains("clock", StringComparison.Ordinal) ?? false;

    public static string[] KeyTypes { get; } = ["int", "bigint", "text", "varchar(20)", "char(12)", "numeric(12,3)", "timestamptz", "uuid", "bytea"];

    public static string[] Types { get; } = [.. Values.Keys];

    public string[] KeyNames => [.. Key.Select((_, at) => $"k{at}")];

    public string Create =>
        $"CREATE TABLE items ({string.Join(", ", Key.Select((type, at) => $"k{at} {type}").Concat(Others.Select((type, at) => $"f{at} {type}")))}"
            + $"{(Unmapped is null ? "" : $", hand text DEFAULT {Unmapped}")}, PRIMARY KEY ({string.Join(", ", KeyNames)}))";

    /// <summary>SQL: the records that a step brings.</summary>
    public string Records(int first, int count, int salt) => $"""
        SELECT {string.Join(", ", Key.Select(KeyOf).Concat(Others.Select((type, at) => Field(type, at, salt))))}
        FROM (SELECT i FROM generate_series({first}, {first + count - 1}) i OFFSET 0) r
        """;

    /// <summary>SQL: the key is that of one of the job's rows in a range.</summary>
    public string IsIn(int first, int count) =>
        $"({string.Join(", ", KeyNames)}) IN (SELECT {string.Join(", ", Key.Select(KeyOf))} FROM generate_series({first}, {first + count - 1}) i)";

    // Of the first part of a key of two several rows have the same.
    string KeyOf(string type, int at) => Value(type, Key.Length > 1 && at == 0 ? "i / 10" : "i");

    static string Field(string type, int at, int salt) =>
        $"CASE WHEN abs(hashint4(i * 31 + {at} + {salt} * 7)) % 4 = 0 THEN NULL ELSE {Value(type, $"(abs(hashint4(i + {at} * 100)) % 3 + {salt})")} END::{type}";

    static string Value(string type, string number) => $"(SELECT ({Values[type]})::{type} FROM (SELECT ({number})::int AS h OFFSET 0) n)";

    public override string ToString() =>
        $"{Create}; {Before} rows before; {string.Join("; ", Steps.Select(step => step.ToString()))}";
}
