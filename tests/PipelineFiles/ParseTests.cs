using System.Text.Json;
using Headgate.Contracts.Pipelines;

namespace Headgate.PipelineFiles.Tests;

public sealed class ParseTests
{
    [Fact]
    public void Documented_example_gives_exactly_its_definition()
    {
        var result = PipelineFile.Parse(Files.Example, "contacts.yaml");

        Assert.Empty(result.Problems);
        AssertSame(
            new PipelineDefinition
            {
                Project = "crm",
                Name = "contacts",
                Source = new SystemReference { Connector = "postgres", Connection = "env:CRM_SOURCE" },
                Destination = new SystemReference { Connector = "postgres", Connection = "env:CRM_DESTINATION" },
                Objects =
                [
                    new ObjectDefinition
                    {
                        From = "public.contacts",
                        To = "public.contacts",
                        Key = ["id"],
                        Cursor = "updated_at",
                        Filter = "active",
                        Fields = new Dictionary<string, string> { ["id"] = "id", ["email"] = "email", ["company"] = "company_domain" },
                        Include = true,
                    },
                ],
                Schedule = new ScheduleDefinition
                {
                    Cron = "*/15 * * * *",
                    Every = null,
                    Timezone = "UTC",
                    Jitter = TimeSpan.FromSeconds(10),
                    Misfire = MisfirePolicy.Once,
                },
                Triggers = [new TriggerDefinition { Event = "BackupCompleted", Subject = "crm-db" }],
                Notify = new NotifyDefinition
                {
                    Email = "ops@example.com",
                    Webhook = "env:OPS_WEBHOOK",
                    On = [NotifyOccasion.ExtractionCanceled, NotifyOccasion.Failed, NotifyOccasion.Guard, NotifyOccasion.Deadline],
                },
                Guards = new GuardsDefinition
                {
                    Volume = new VolumeGuard { MaxRatio = 5, MinRuns = 3, Action = GuardAction.Hold },
                    Canary = new CanaryGuard
                    {
                        ChangedShare = 0.5,
                        NullShare = 0.05,
                        InsertShare = 0.5,
                        SameValueShare = 0.2,
                        Sample = 1000,
                        Action = GuardAction.Hold,
                    },
                    Rejects = new RejectsGuard { Rate = 0.05, Window = 1000, Action = GuardAction.Pause },
                    Duration = new DurationGuard { TimesP99 = 2, MinRuns = 20, Action = GuardAction.Notify },
                    FullLoad = new FullLoadGuard { Action = GuardAction.Hold },
                },
                Cancel = new CancelDefinition { DrainDeadline = TimeSpan.FromSeconds(60), Escalate = false },
                Load = new LoadDefinition
                {
                    Parallelism = 4,
                    BatchTarget = TimeSpan.FromMilliseconds(200),
                    MaxRowsPerSecond = 0,
                    MaxRejects = 1000,
                    AllowTriggers = false,
                },
                Extract = new ExtractDefinition
                {
                    CursorLag = TimeSpan.FromSeconds(5),
                    CursorOverlap = TimeSpan.FromMinutes(10),
                    Nulls = NullCursors.Refuse,
                },
                OnVanished = OnVanished.Keep,
                Retention = new RetentionDefinition { Changes = TimeSpan.FromDays(30), Staging = TimeSpan.FromHours(24) },
                MaxFailures = 3,
            },
            result.Definition);
    }

    [Fact]
    public void Minimal_file_gets_all_defaults()
    {
        var definition = PipelineFile.Parse(Files.Minimal, "contacts.yaml").Definition;

        AssertSame(
            new PipelineDefinition
            {
                Project = "crm",
                Name = "contacts",
                Source = new SystemReference { Connector = "postgres", Connection = "env:CRM_SOURCE" },
                Destination = new SystemReference { Connector = "postgres", Connection = "env:CRM_DESTINATION" },
                Objects = [new ObjectDefinition { From = "public.contacts", To = "public.contacts", Key = ["id"] }],
            },
            definition);
    }

    [Fact]
    public void Every_value_that_is_not_the_default_is_taken_over()
    {
        const string text = """
            apiVersion: headgate/v1
            kind: Pipeline
            metadata: { project: "0", name: a-1 }
            spec:
              source: { postgres: { connection: file:/run/secrets/source } }
              destination: { postgres: { connection: env:_D1 } }
              objects:
                - { from: crm."Contact List", to: Contacts, key: [Id, region], fields: { Id: ID, region: region, "Full Name": name } }
                - { from: orders, to: other.orders, key: [id], include: false }
              schedule: { every: 15m, timezone: Europe/Berlin, misfire: skip }
              triggers: [ { event: "Backup*" } ]
              notify: { webhook: file:/run/secrets/hook, on: [failed] }
              guards: { volume: { maxRatio: .5, minRuns: 1, action: force }, duration: { action: cancel } }
              cancel: { drainDeadline: 1h, escalate: true }
              load: { parallelism: 64, batchTarget: 10s, maxRowsPerSecond: 5000, maxRejects: 0, allowTriggers: true }
              extract: { cursorLag: 0s, cursorOverlap: 7d, nulls: full }
              onVanished: delete
              retention: { changes: 90d, staging: 1h }
              maxFailures: 100
            """;

        var result = PipelineFile.Parse(text, "all.yaml");

        Assert.Empty(result.Problems);
        var definition = result.Definition!;
        Assert.Equal(("0", "a-1"), (definition.Project, definition.Name));
        Assert.Equal(["file:/run/secrets/source", "env:_D1"], [definition.Source.Connection, definition.Destination.Connection]);
        Assert.Equal(["crm.\"Contact List\"", "orders"], definition.Objects.Select(o => o.From));
        Assert.Equal(new Dictionary<string, string> { ["Id"] = "ID", ["region"] = "region", ["Full Name"] = "name" }, definition.Objects[0].Fields);
        Assert.False(definition.Objects[1].Include);
        Assert.Equal(
            new ScheduleDefinition { Every = TimeSpan.FromMinutes(15), Timezone = "Europe/Berlin", Misfire = MisfirePolicy.Skip },
            definition.Schedule);
        Assert.Equal([new TriggerDefinition { Event = "Backup*" }], definition.Triggers);
        Assert.Equal((null, "file:/run/secrets/hook"), (definition.Notify!.Email, definition.Notify.Webhook));
        Assert.Equal([NotifyOccasion.Failed], definition.Notify.On);
        Assert.Equal(new VolumeGuard { MaxRatio = 0.5, MinRuns = 1, Action = GuardAction.Force }, definition.Guards.Volume);
        Assert.Equal(new DurationGuard { Action = GuardAction.Cancel }, definition.Guards.Duration);
        Assert.Equal(new CancelDefinition { DrainDeadline = TimeSpan.FromHours(1), Escalate = true }, definition.Cancel);
        Assert.Equal(
            new LoadDefinition
            {
                Parallelism = 64,
                BatchTarget = TimeSpan.FromSeconds(10),
                MaxRowsPerSecond = 5000,
                MaxRejects = 0,
                AllowTriggers = true,
            },
            definition.Load);
        Assert.Equal(
            new ExtractDefinition { CursorLag = TimeSpan.Zero, CursorOverlap = TimeSpan.FromDays(7), Nulls = NullCursors.Full },
            definition.Extract);
        Assert.Equal(OnVanished.Delete, definition.OnVanished);
        Assert.Equal(new RetentionDefinition { Changes = TimeSpan.FromDays(90), Staging = TimeSpan.FromHours(1) }, definition.Retention);
        Assert.Equal(100, definition.MaxFailures);
    }

    [Fact]
    public void All_problems_are_reported_in_one_pass()
    {
        const string text = """
            apiVersion: headgate/v2
            kind: Pipelin
            metadata: { project: CRM }
            spec:
              source: { mysql: { connection: env:X } }
              destination: { postgres: {} }
              objects:
                - { to: a.b.c, key: [], cursor: "" }
              load: { parallelism: 65, batchTarget: 1 }
              maxFailures: many
            """;

        var result = PipelineFile.Parse(text, "bad.yaml");

        Assert.Null(result.Definition);
        Assert.Equal(
            [
                "1 apiVersion", "2 kind", "3 metadata.name", "3 metadata.project", "5 spec.source", "6 spec.destination.postgres.connection",
                "8 spec.objects[0].from", "8 spec.objects[0].to", "8 spec.objects[0].key", "8 spec.objects[0].cursor",
                "9 spec.load.parallelism", "9 spec.load.batchTarget", "10 spec.maxFailures",
            ],
            result.Problems.Select(p => $"{p.Line} {p.Field}"));
    }

    [Fact]
    public void Problem_says_file_line_column_field_and_expectation_in_one_line()
    {
        var result = PipelineFile.Parse(Files.WithSpec("maxFailures: 0"), "contacts.yaml");

        Assert.Equal(
            "contacts.yaml:11:16 spec.maxFailures: 0 is out of range; expected a whole number from 1 to 100",
            Assert.Single(result.Problems).ToString());
    }

    static void AssertSame(PipelineDefinition expected, PipelineDefinition? actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
