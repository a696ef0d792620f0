namespace Headgate.PipelineFiles.Rules;

static class ReferenceRule
{
    const string OwnSettings = "variables that begin with HEADGATE_ are Headgate's own settings, which no pipeline may name";

    /// <summary>Where a secret is found. What stands there instead is never repeated: it may be the secret.</summary>
    public static readonly Rule<string> Reference = new(
        "env:NAME or file:PATH, never the secret itself",
        (string text, out string value) =>
        {
            value = text;
            if (ConnectionReference.IsReference(text))
                return ConnectionReference.IsOwn(text) ? OwnSettings : null;
            return Shown.LooksSecret(text) || text.Contains('=')
                ? "it looks like a connection string or a secret; secrets go by reference"
                : "it is not a reference";
        });
}
