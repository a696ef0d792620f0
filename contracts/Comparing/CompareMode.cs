namespace Headgate.Contracts.Comparing;

/// <summary>What staged records are compared with the destination for.</summary>
public enum CompareMode
{
    /// <summary>A sample of them, before launch: guards judge it.</summary>
    Canary,

    /// <summary>All of them, with what would be rejected; the findings are kept to be listed.</summary>
    DryRun,
}
