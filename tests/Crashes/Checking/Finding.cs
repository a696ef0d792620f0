namespace Headgate.Crashes.Tests.Checking;

/// <summary>A guarantee that was broken, and how it shows.</summary>
public sealed record Finding(Guarantee Guarantee, string Sentence)
{
    public override string ToString() => $"{Guarantee}: {Sentence}";
}
