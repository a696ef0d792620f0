namespace Headgate.JobCoordinator.Guards;

/// <summary>What guards go by, as the pipeline file names it.</summary>
static class Measures
{
    /// <summary>Of FullLoad, which has no threshold.</summary>
    public const string None = "";

    public const string MaxRatio = "maxRatio";

    /// <summary>Of rows that a full read does not bring, and that would be taken away: by maxRatio as well, and yet another thing to let pass.</summary>
    public const string Vanished = "vanished";

    public const string ChangedShare = "changedShare";

    public const string NullShare = "nullShare";

    public const string InsertShare = "insertShare";

    public const string SameValueShare = "sameValueShare";

    /// <summary>Where a sample cannot be judged at all.</summary>
    public const string Sample = "sample";

    public const string Rate = "rate";

    public const string TimesP99 = "timesP99";

    public const string MinThroughput = "minThroughput";

    public const string TimesLatency = "timesLatency";
}
