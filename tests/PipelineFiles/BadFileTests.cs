namespace Headgate.PipelineFiles.Tests;

public sealed class BadFileTests
{
    /// <summary>A replacement in the minimal file: old, new, line, field, part of the message.</summary>
    public static TheoryData<string, string, int, string, string> Replacements => new()
    {
        { "headgate/v1", "headgate/v2", 1, "apiVersion", "'headgate/v2' is not known, did you mean 'headgate/v1'?" },
        { "apiVersion: headgate/v1", "apiVersion:", 1, "apiVersion", "it is empty" },
        { "apiVersion: headgate/v1", "# gone", 2, "apiVersion", "it is missing" },
        { "kind: Pipeline", "kind: Job", 2, "kind", "'Job' is not known" },
        { "kind: Pipeline", "kind: [Pipeline]", 2, "kind", "it is a list, not a single value" },
        { "kind: Pipeline", "kind: Pipeline\nkind: Pipeline", 3, "kind", "the key is there twice, first in line 2" },
        { "kind: Pipeline", "kind: Pipeline\nextra: 1", 3, "extra", "unknown key 'extra'" },
        { "kind: Pipeline", "kind: !!str Pipeline", 2, "kind", "a tag (!name) is not allowed" },
        { "kind: Pipeline", "kind: &k Pipeline", 2, "kind", "an anchor (&name) is not allowed" },
        { "kind: Pipeline", "kind: *k", 2, "kind", "an alias (*name) is not allowed" },
        { "kind: Pipeline", "kind: \"Pipe\\0line\"", 2, "kind", "a control character is not allowed" },
        { "kind: Pipeline", "kind: Pipeline\n? [a, b]\n: 1", 3, "", "a key is not a word" },
        { "kind: Pipeline", "kind: Pipeline\n<<: *base", 3, "", "unknown key" },
        { "kind: Pipeline", "kind: 'Pipeline", 2, "", "not valid YAML" },
        { "key: [id]", "key: [ic:\n  sod]", 11, "", "not valid YAML: Text that no value may contain" },
        { "kind: Pipeline", "kind: Pipeline\n\tx: 1", 2, "", "not valid YAML" },
        { "{ project: crm, name: contacts }", "contacts", 3, "metadata", "it is a single value" },
        { "{ project: crm, name: contacts }", "", 3, "metadata", "it is empty" },
        { "project: crm", "project: CRM", 3, "metadata.project", "'CRM' is not a name" },
        { "project: crm", "project: ''", 3, "metadata.project", "the value is not a name" },
        { "name: contacts", "name: -contacts", 3, "metadata.name", "'-contacts' is not a name" },
        { "name: contacts", "name: über", 3, "metadata.name", "'über' is not a name" },
        { "name: contacts", "name: a234567890123456789012345678901234567890123456789012345678901234", 3, "metadata.name", "the value is not a name" },
        { ", name: contacts", "", 3, "metadata.name", "it is missing" },
        { "spec:", "spec: &s", 4, "spec", "an anchor (&name) is not allowed" },
        { "spec:", "specs:", 1, "spec", "it is missing" },
        { "source:", "sauce:", 5, "spec.source", "it is missing" },
        { "source:", "sources:", 5, "spec.sources", "unknown key 'sources', did you mean 'source'?" },
        { "{ postgres: { connection: env:CRM_SOURCE } }", "{}", 5, "spec.source.postgres", "it is missing" },
        { "{ postgres: { connection: env:CRM_SOURCE } }", "env:CRM_SOURCE", 5, "spec.source", "it is a single value" },
        { "{ postgres: { connection: env:CRM_SOURCE } }", "{ mysql: { connection: env:X } }", 5, "spec.source", "unknown connector" },
        { "{ postgres: { connection: env:CRM_SOURCE } }", "{ postgress: { connection: env:X } }", 5, "spec.source.postgress", "did you mean 'postgres'?" },
        { "env:CRM_SOURCE }", "env:CRM_SOURCE, host: db }", 5, "spec.source.postgres", "all that a connection consists of goes by reference" },
        { "env:CRM_SOURCE", "CRM_SOURCE", 5, "spec.source.postgres.connection", "it is not a reference" },
        { "env:CRM_SOURCE", "'env:'", 5, "spec.source.postgres.connection", "it is not a reference" },
        { "env:CRM_SOURCE", "env:1CRM", 5, "spec.source.postgres.connection", "it is not a reference" },
        { "env:CRM_SOURCE", "'file: '", 5, "spec.source.postgres.connection", "it is not a reference" },
        { "env:CRM_SOURCE", "Host=db;Database=crm", 5, "spec.source.postgres.connection", "secrets go by reference" },
        { "- from: public.contacts", "- cursor: updated_at", 8, "spec.objects[0].from", "it is missing" },
        { "from: public.contacts", "from: db.public.contacts", 8, "spec.objects[0].from", "it has more than two parts" },
        { "from: public.contacts", "from: public.", 8, "spec.objects[0].from", "an identifier is empty" },
        { "from: public.contacts", "from: 'public.\"contacts'", 8, "spec.objects[0].from", "a double quote is not closed" },
        { "from: public.contacts", "from: contacts; drop table x", 8, "spec.objects[0].from", "only a dot may follow" },
        { "from: public.contacts", "from: 1st", 8, "spec.objects[0].from", "needs double quotes" },
        { "to: public.contacts", "to: a234567890123456789012345678901234567890123456789012345678901234", 9, "spec.objects[0].to", "longer than 63 bytes" },
        { "to: public.contacts", "to: HeadGate.fence", 9, "spec.objects[0].to", "schema headgate is Headgate's own" },
        { "to: public.contacts", "to: contacts\n      to: contacts", 10, "spec.objects[0].to", "the key is there twice" },
        { "key: [id]", "key: []", 10, "spec.objects[0].key", "the list is empty" },
        { "key: [id]", "key: id", 10, "spec.objects[0].key", "it is a single value" },
        { "key: [id]", "key: [id, org, id]", 10, "spec.objects[0].key[2]", "it is in the list twice" },
        { "key: [id]", "key: [id, null]", 10, "spec.objects[0].key[1]", "it is empty" },
        { "key: [id]", "key: ['\"id\"']", 10, "spec.objects[0].key[0]", "it is in SQL quotes" },
        { "key: [id]", "key: [' id']", 10, "spec.objects[0].key[0]", "blanks around it" },
        { "key: [id]", "keys: [id]", 10, "spec.objects[0].keys", "unknown key 'keys', did you mean 'key'?" },
        { "key: [id]", "# key", 8, "spec.objects[0].key", "it is missing" },
    };

    /// <summary>A line 11 in the object: line, field, part of the message.</summary>
    public static TheoryData<string, string, string> InObject => new()
    {
        { "cursor:", "cursor", "it is empty" },
        { "cursor: ~", "cursor", "it is empty" },
        { "cursor: ''", "cursor", "an identifier is empty" },
        { "cursor: ä234567890123456789012345678901234567890123456789012345678901234", "cursor", "longer than 63 bytes" },
        { "filter: ' '", "filter", "it is blank" },
        { "filter: a; b", "filter", "it has a semicolon" },
        { "filter: { a: b }", "filter", "it is a mapping, not a single value" },
        { "fields: {}", "fields", "the mapping is empty" },
        { "fields: [email]", "fields", "it is a list" },
        { "fields: { email }", "fields.email", "it is empty" },
        { "fields: { email: [a] }", "fields.email", "it is a list, not a single value" },
        { "fields: { email: a, email: b }", "fields.email", "the key is there twice" },
        { "fields: { '\"Email\"': a }", "fields.?", "it is in SQL quotes" },
        { "include: yes", "include", "'yes' is not known" },
        { "include: false", "", "all objects have include: false" },
        { "includes: true", "includes", "did you mean 'include'?" },
    };

    /// <summary>A line 11 in spec: line, field, part of the message.</summary>
    public static TheoryData<string, string, string> InSpec => new()
    {
        { "objects: []", "objects", "the key is there twice" },
        { "maxFailures: 0", "maxFailures", "0 is out of range" },
        { "maxFailures: 101", "maxFailures", "101 is out of range" },
        { "maxFailures: 1.5", "maxFailures", "'1.5' is not a whole number" },
        { "maxFailures: 99999999999", "maxFailures", "is not a whole number in range" },
        { "max_failures: 3", "max_failures", "did you mean 'maxFailures'?" },
        { "onVanished: drop", "onVanished", "'drop' is not known" },
        { "load: { parallelism: 0 }", "load.parallelism", "0 is out of range" },
        { "load: { parallelism: 65 }", "load.parallelism", "65 is out of range" },
        { "load: { batchTarget: 9ms }", "load.batchTarget", "'9ms' is out of range" },
        { "load: { batchTarget: 11s }", "load.batchTarget", "'11s' is out of range" },
        { "load: { batchTarget: 200 }", "load.batchTarget", "'200' has no unit" },
        { "load: { batchTarget: 1.5s }", "load.batchTarget", "'1.5s' is not a duration" },
        { "load: { batchTarget: -1s }", "load.batchTarget", "'-1s' is not a duration" },
        { "load: { batchTarget: fast }", "load.batchTarget", "'fast' is not a duration" },
        { "load: { batchTarget: 99999999999999999999d }", "load.batchTarget", "is out of range" },
        { "load: { maxRowsPerSecond: -1 }", "load.maxRowsPerSecond", "-1 is out of range" },
        { "load: { maxRejects: -1 }", "load.maxRejects", "-1 is out of range" },
        { "load: { allowTriggers: 1 }", "load.allowTriggers", "'1' is not known" },
        { "load: [4]", "load", "it is a list" },
        { "load:", "load", "it is empty" },
        { "extract: { cursorLag: 61m }", "extract.cursorLag", "'61m' is out of range" },
        { "extract: { cursorOverlap: 8d }", "extract.cursorOverlap", "'8d' is out of range" },
        { "extract: { nulls: ignore }", "extract.nulls", "'ignore' is not known" },
        { "cancel: { drainDeadline: 0s }", "cancel.drainDeadline", "'0s' is out of range" },
        { "cancel: { drainDeadline: 2h }", "cancel.drainDeadline", "'2h' is out of range" },
        { "retention: { changes: 59m }", "retention.changes", "'59m' is out of range" },
        { "schedule: {}", "schedule.cron", "it is missing" },
        { "schedule: { every: 15m, cron: '* * * * *' }", "schedule.every", "cron is there too" },
        { "schedule: { every: 500ms }", "schedule.every", "'500ms' is out of range" },
        { "schedule: { every: 15m, jitter: 2h }", "schedule.jitter", "'2h' is out of range" },
        { "schedule: { every: 15m, misfire: all }", "schedule.misfire", "'all' is not known" },
        { "schedule: { every: 15m, timezone: Europe/Atlantis }", "schedule.timezone", "'Europe/Atlantis' is not a known time zone" },
        { "schedule: { every: 15m, timezone: ../UTC }", "schedule.timezone", "is not a known time zone" },
        { "schedule: { every: 15m, timezone: Europe }", "schedule.timezone", "is not a known time zone" },
        { "schedule: { cron: '61 * * * *' }", "schedule.cron", "minute: '61' is not a number from 0 to 59" },
        { "triggers: { event: A }", "triggers", "it is a mapping" },
        { "triggers: [A]", "triggers[0]", "it is a single value" },
        { "triggers: [{ subject: A }]", "triggers[0].event", "it is missing" },
        { "triggers: [{ event: ' ' }]", "triggers[0].event", "it is blank" },
        { "notify: { on: [failed] }", "notify.email", "it is missing" },
        { "notify: { email: ops }", "notify.email", "it is not an e-mail address" },
        { "notify: { email: 'Ops <ops@example.com>' }", "notify.email", "it is not an e-mail address" },
        { "notify: { email: 'a@b, c@d' }", "notify.email", "it is not an e-mail address" },
        { "notify: { email: \"a@b\\nBcc: c@d\" }", "notify.email", "it is not an e-mail address" },
        { "notify: { webhook: 'https://hooks.example.com/x' }", "notify.webhook", "secrets go by reference" },
        { "notify: { email: a@b.c, on: [] }", "notify.on", "the list is empty" },
        { "notify: { email: a@b.c, on: [fail] }", "notify.on[0]", "did you mean 'failed'?" },
        { "notify: { email: a@b.c, on: [failed, failed] }", "notify.on[1]", "it is in the list twice" },
        { "guards: { volume: { maxRatio: 0 } }", "guards.volume.maxRatio", "'0' is out of range" },
        { "guards: { volume: { maxRatio: NaN } }", "guards.volume.maxRatio", "'NaN' is not a number" },
        { "guards: { volume: { maxRatio: 1e3 } }", "guards.volume.maxRatio", "'1e3' is not a number" },
        { "guards: { volume: { action: stop } }", "guards.volume.action", "'stop' is not known" },
        { "guards: { volume: { minRuns: 0 } }", "guards.volume.minRuns", "0 is out of range" },
        { "guards: { canary: { nullShare: 1.1 } }", "guards.canary.nullShare", "'1.1' is out of range" },
        { "guards: { canary: { sample: 0 } }", "guards.canary.sample", "0 is out of range" },
        { "guards: { canary: { sample: 49 } }", "guards.canary.sample", "49 is out of range" },
        { "guards: { volume: { minRuns: 31 } }", "guards.volume.minRuns", "31 is out of range" },
        { "guards: { duration: { minRuns: 101 } }", "guards.duration.minRuns", "101 is out of range" },
        { "guards: { rejects: { rate: -0.1 } }", "guards.rejects.rate", "'-0.1' is out of range" },
        { "guards: { duration: { timesP99: x } }", "guards.duration.timesP99", "'x' is not a number" },
        { "guards: { fullload: { action: hold } }", "guards.fullload", "did you mean 'fullLoad'?" },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public void File_with_a_bad_line_is_refused(string old, string by, int line, string field, string message) =>
        AssertRefused(Files.Replace(old, by), line, field, message);

    [Theory]
    [MemberData(nameof(InObject))]
    public void Object_with_a_bad_key_is_refused(string text, string field, string message) =>
        AssertRefused(
            Files.WithObject(text),
            field.Length == 0 ? 8 : 11,
            field.Length == 0 ? "spec.objects" : $"spec.objects[0].{field}",
            message);

    [Theory]
    [MemberData(nameof(InSpec))]
    public void Spec_with_a_bad_key_is_refused(string text, string field, string message) =>
        AssertRefused(Files.WithSpec(text), 11, $"spec.{field}", message);

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("---\n---\n")]
    public void File_without_a_pipeline_is_refused(string text) => AssertRefused(text, 0, "", "the file has no pipeline");

    [Theory]
    [InlineData("just words")]
    [InlineData("[1, 2]")]
    [InlineData("&a { kind: Pipeline }")]
    public void Document_that_is_no_mapping_is_refused(string text) => AssertRefused(text, 1, "", "");

    [Fact]
    public void Objects_with_one_destination_are_refused_in_any_spelling()
    {
        var text = Files.Minimal + "    - { from: other, to: '\"public\".Contacts', key: [id] }\n";

        AssertRefused(text, 11, "spec.objects[1].to", "spec.objects[0] writes the same destination table");
    }

    [Fact]
    public void Object_that_is_not_included_may_share_a_destination()
    {
        var text = Files.Minimal + "    - { from: other, to: contacts, key: [id], include: false }\n";

        Assert.Empty(PipelineFile.Parse(text, "contacts.yaml").Problems);
    }

    [Fact]
    public void Key_field_that_the_mapping_leaves_out_comes_from_the_column_of_its_name()
    {
        var definition = PipelineFile.Parse(Files.WithObject("fields: { email: mail }"), "contacts.yaml").Definition;

        Assert.Equal(new Dictionary<string, string> { ["id"] = "id", ["email"] = "mail" }, definition!.Objects[0].Fields);
    }

    [Fact]
    public void Documents_before_an_error_of_syntax_are_checked_too()
    {
        var text = Files.Replace("key: [id]", "key: []") + "---\nkind: 'open";

        Assert.Equal(
            ["spec.objects[0].key", ""],
            PipelineFile.Parse(text, "contacts.yaml").Problems.Select(p => p.Field));
    }

    static void AssertRefused(string text, int line, string field, string message)
    {
        var result = PipelineFile.Parse(text, "contacts.yaml");

        Assert.Empty(result.Definitions);
        Assert.Contains(result.Problems, p =>
            (p.File, p.Line, p.Field) == ("contacts.yaml", line, field)
            && p.Message.Contains(message, StringComparison.Ordinal)
            && p.Expected.Length > 0);
    }
}
