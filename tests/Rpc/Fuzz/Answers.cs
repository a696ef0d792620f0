namespace Headgate.Rpc.Tests.Fuzz;

/// <summary>What no answer may tell.</summary>
static class Answers
{
    /// <summary>The message of an exception that nobody has mapped.</summary>
    public const string Secret = "password=8231";

    static readonly string[] OfTheInside = [Secret, "   at ", "System.", "Microsoft.", "Headgate.Rpc.", "Exception:"];

    public static void AssertTellsNothing(string answer) =>
        Assert.All(OfTheInside, told => Assert.DoesNotContain(told, answer, StringComparison.Ordinal));
}
