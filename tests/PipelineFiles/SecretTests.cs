namespace Headgate.PipelineFiles.Tests;

public sealed class SecretTests
{
    const string Secret = "hunter2";

    [Theory]
    [InlineData("env:CRM_SOURCE", $"Host=db;Username=crm;Password={Secret}")]
    [InlineData("env:CRM_SOURCE", $"env:Host=db;Password={Secret}")]
    [InlineData("env:CRM_SOURCE", $"file:Host=db;Password={Secret}")]
    [InlineData("env:CRM_SOURCE", $"postgres://crm:{Secret}@db/crm")]
    [InlineData("env:CRM_SOURCE", Secret)]
    [InlineData("env:CRM_SOURCE", $"[{Secret}]")]
    [InlineData("env:CRM_SOURCE", $"{{ {Secret}: {Secret} }}")]
    [InlineData("env:CRM_SOURCE", $"!{Secret} {Secret}")]
    [InlineData("env:CRM_SOURCE", $"*{Secret}")]
    [InlineData("env:CRM_SOURCE", $"'{Secret}")]
    [InlineData("env:CRM_SOURCE }", $"env:CRM_SOURCE, password: {Secret} }}")]
    [InlineData("env:CRM_SOURCE }", $"env:CRM_SOURCE, {Secret} }}")]
    [InlineData("env:CRM_SOURCE }", $"env:CRM_SOURCE, {Secret}, {Secret} }}")]
    [InlineData("{ postgres: { connection: env:CRM_SOURCE } }", $"{{ {Secret} }}")]
    [InlineData("{ postgres: { connection: env:CRM_SOURCE } }", Secret)]
    [InlineData("name: contacts", $"name: password={Secret}")]
    [InlineData("name: contacts", $"name: contacts, \"password={Secret}\": 1")]
    [InlineData("from: public.contacts", $"from: postgres://crm:{Secret}@db/crm")]
    [InlineData("key: [id]", $"key: [id]\n      filter: \"password = '{Secret}';\"")]
    [InlineData("key: [id]", $"key: [id]\n  notify: {{ webhook: 'https://{Secret}.example.com', email: {Secret} }}")]
    public void Secret_in_the_file_is_refused_and_never_repeated(string old, string by)
    {
        var result = PipelineFile.Parse(Files.Replace(old, by), "contacts.yaml");

        Assert.NotEmpty(result.Problems);
        Assert.DoesNotContain(result.Problems, p => p.ToString().Contains(Secret, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData($"Host=db;Password={Secret}")]
    [InlineData($"host=db user=crm password={Secret}")]
    [InlineData($"postgres://crm:{Secret}@db/crm")]
    public void Connection_string_is_told_to_go_by_reference(string connection)
    {
        var result = PipelineFile.Parse(Files.Replace("env:CRM_SOURCE", $"'{connection}'"), "contacts.yaml");

        Assert.Equal(
            "contacts.yaml:5:37 spec.source.postgres.connection: it looks like a connection string or a secret; secrets go by reference; " +
            "expected env:NAME or file:PATH, never the secret itself",
            Assert.Single(result.Problems).ToString());
    }

    [Theory]
    [InlineData("env:HEADGATE_STATE")]
    [InlineData("env:Headgate_State")]
    [InlineData("env:ASPNETCORE_HEADGATE_STATE")]
    public void Headgates_own_settings_are_no_secret_of_a_pipeline(string reference)
    {
        var result = PipelineFile.Parse(Files.Replace("env:CRM_SOURCE", reference), "contacts.yaml");

        Assert.Contains("begin with HEADGATE_ are Headgate's own settings", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env:MY_HEADGATE_SOURCE")]
    [InlineData("env:HEADGATES")]
    public void Variables_that_only_look_like_them_are(string reference) =>
        Assert.Empty(PipelineFile.Parse(Files.Replace("env:CRM_SOURCE", reference), "contacts.yaml").Problems);
}
