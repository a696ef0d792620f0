namespace Headgate.PipelineFiles.Sections;

/// <summary>The keys that are checked and not acted upon yet. A key leaves this list with the change that makes it work.</summary>
static class NotYetEffective
{
    static readonly string[] Keys = ["retention"];

    public static void Warn(MappingReader spec, Findings findings)
    {
        foreach (var key in Keys.Where(spec.Has))
            Warn(spec, key, findings);
    }

    static void Warn(MappingReader mapping, string key, Findings findings) =>
        findings.Warn(mapping.KeyPositionOf(key), mapping.PathOf(key), "it is checked, but this version does not act upon it yet");
}
