namespace Headgate.Notifier.Sending;

/// <summary>What became of one try, and why.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Error">Why it was not accepted, without a secret.</param>
sealed record DeliveryOutcome(DeliveryResult Result, string Error = "")
{
    const int LongestError = 500;

    public static readonly DeliveryOutcome Accepted = new(DeliveryResult.Accepted);

    /// <summary>In one line, as it is kept.</summary>
    public string Error { get; } =
        string.Concat(Error.Take(LongestError).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();

    public static DeliveryOutcome Later(string error) => new(DeliveryResult.Later, error);

    public static DeliveryOutcome Away(string error) => new(DeliveryResult.Away, error);

    public static DeliveryOutcome Refused(string error) => new(DeliveryResult.Refused, error);
}
