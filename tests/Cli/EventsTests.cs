using Google.Protobuf.WellKnownTypes;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class EventsTests : CliTest
{
    [Fact]
    public async Task Each_run_of_an_event_has_a_row_and_so_has_an_event_without_one()
    {
        var received = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 3, 1, 16, 51, 0, TimeSpan.Zero));
        Coordinator.On<ListUpstreamEventsRequest>(_ => new ListUpstreamEventsResponse
        {
            Events =
            {
                new UpstreamEvent
                {
                    Id = "e-2",
                    Type = "BackupCompleted",
                    Subject = "crm-db",
                    Received = received,
                    Repeats = 2,
                    RunCount = 1_237,
                    Runs =
                    {
                        new EventRun { Project = "crm", Pipeline = "contacts", Outcome = EventRunOutcome.Started, JobId = Examples.JobId, Sentence = "Accepted." },
                        new EventRun { Project = "crm", Pipeline = "orders", Outcome = EventRunOutcome.Skipped, Sentence = "A job is active." },
                        new EventRun { Project = "crm", Pipeline = "leads" },
                    },
                },
                new UpstreamEvent { Id = "e-1", Type = "Unheard", Received = received },
            },
        });

        var result = await RunAsync("events");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches($"BackupCompleted +crm-db +crm/contacts +Started +{Examples.JobId} +e-2 +2", result.Out);
        Assert.Matches("BackupCompleted +crm-db +crm/orders +Skipped +e-2 +2 +A job is active.", result.Out);
        Assert.Matches("BackupCompleted +crm-db +crm/leads +on its way +e-2 +2", result.Out);
        Assert.Matches(@"BackupCompleted +crm-db +\(and 1,234 more\) +e-2", result.Out);
        Assert.Matches(@"Unheard +\(none\) +e-1", result.Out);
        Assert.DoesNotContain("Accepted.", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_events_are_told_in_words()
    {
        Coordinator.On<ListUpstreamEventsRequest>(_ => new ListUpstreamEventsResponse());
        Assert.Equal("No events.\n", (await RunAsync("events")).Out);
    }
}
