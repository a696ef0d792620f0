using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Headgate.Cli.Verbs;

/// <summary>Options that take a whole number, 0 or more.</summary>
static class NumberOption
{
    public static Option<T> Create<T>(string name, string alias, string description, T largest, string unit = "N")
        where T : struct, IBinaryInteger<T> => new(name, alias is "" ? [] : [alias])
        {
            Description = description,
            HelpName = unit,
            CustomParser = result =>
            {
                var typed = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (T.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest) return number;
                result.AddError($"{name} is a whole number from 0 to {largest.ToString("N0", CultureInfo.InvariantCulture)}, not \"{typed}\".");
                return T.Zero;
            },
        };
}
