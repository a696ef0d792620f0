namespace Headgate.PipelineFiles.Sections;

/// <summary>Warns of keys that are checked and not acted upon yet.</summary>
static class NotYetEffective
{
    public static void Warn(MappingReader mapping, string key, Findings findings) =>
        findings.Warn(mapping.KeyPositionOf(key), mapping.PathOf(key), "it is checked, but this version does not act upon it yet");
}
