namespace Headgate.JobCoordinator.Guards;

/// <summary>What guards go by, as the pipeline file names it.</summary>
static class Measures
{
    /// <summary>Of FullLoad, which has no threshold.</summary>
    public const string None = "";

    public const string MaxRatio = "maxRatio";

    public const string NullShare = "nullShare";

    public const string TimesP99 = "timesP99";
}
