namespace Headgate.Crashes.Tests.Rounds;

/// <summary>A round's random numbers.</summary>
static class Draws
{
    /// <summary>Each part has its own, so that what one draws does not depend on how far another one has come.</summary>
    public static Random From(long seed, int part) => new(Mixed((seed * 31) + part));

    static int Mixed(long value) => unchecked((int)(value ^ (value >> 32)) * 73856093);
}
