using System.ComponentModel;
using System.Diagnostics;

namespace Headgate.UpstreamEvents.Tests.Running;

/// <summary>A whole Headgate with two pipelines in a chain, and the programs of examples/events with the users that are deployed.</summary>
public sealed class ExampleBench : IAsyncLifetime
{
    public static readonly string Examples = Path.Combine(Repository.Root, "examples", "events");
    readonly List<DeployedUser> _users = [];
    readonly string _directory = Directory.CreateTempSubdirectory("headgate-events-").FullName;

    public Installation Installation { get; private set; } = null!;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        Installation = await Installation.StartAsync();
        foreach (var table in (string[])["contacts", "orders"])
        {
            await Installation.Source.ExecuteAsync(
                $"create table {table} (id int primary key, email text); insert into {table} select n, n || '@example.com' from generate_series(1, 500) n");
        }

        await Installation.ApplyAsync(Pipelines.Of("contacts", Pipelines.Object("contacts"), "  triggers: [ { event: BackupCompleted, subject: crm-db } ]"));
        await Installation.ApplyAsync(Pipelines.Of("orders", Pipelines.Object("orders"), "  triggers: [ { event: Pipeline*, subject: test/contacts } ]"));
        // What the coordinator tells the scheduler leaves after the answer to whoever applies.
        await Installation.EventuallyAsync(
            async () => await Installation.State.ScalarAsync<long>("select count(*) from scheduler.event_trigger") == 2,
            () => Task.FromResult($"{Installation.Scheduler.Output}\n{Installation.Coordinator.Output}"));
        await AddUserAsync("headgate_publisher", "HEADGATE_PUBLISHER_FILE");
        await AddUserAsync("headgate_subscriber", "HEADGATE_SUBSCRIBER_FILE");
    }

    /// <summary>The file with the address of a user.</summary>
    internal async Task<string> AddUserAsync(string deployed, string? variable = null, string? configure = null)
    {
        var user = await DeployedUser.CreateAsync(Installation.Broker, deployed, configure);
        _users.Add(user);
        var file = Path.Combine(_directory, $"{deployed}-{_users.Count}");
        await File.WriteAllTextAsync(file, $"{user.Address}\n");
        if (variable is not null) Environment[variable] = file;
        return file;
    }

    /// <summary>Runs a program to its end, and expects that it ends well.</summary>
    public async Task<string> RunAsync(string program, string howToGet, params string[] arguments)
    {
        using var process = Start(program, howToGet, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var said = await output + await errors;
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ({howToGet}): {process.ExitCode}\n{said}");
        return said;
    }

    public Process Start(string program, string howToGet, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{program} cannot be started: {howToGet}", missing);
        }
    }

    /// <summary>The one job that an event has started, when it has completed.</summary>
    public async Task<Guid> CompletedAsync(string eventId)
    {
        var which = $"trigger = 'Event' and trigger_detail like '% {eventId}'";
        await Installation.EventuallyAsync(
            async () => await Installation.State.ScalarAsync<long>($"select count(*) from coordinator.sync_job where {which}") > 0,
            () => Task.FromResult($"no job\n{Installation.Scheduler.Output}\n{Installation.Coordinator.Output}"));
        var job = await Installation.State.ScalarAsync<Guid>($"select job_id from coordinator.sync_job where {which}");
        await Installation.CompleteAsync(job);
        Assert.Equal(1, await Installation.State.ScalarAsync<long>($"select count(*) from coordinator.sync_job where {which}"));
        return job;
    }

    public async Task DisposeAsync()
    {
        foreach (var user in _users) await user.DisposeAsync();
        await Installation.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
