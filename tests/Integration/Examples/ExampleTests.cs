using System.Diagnostics;

namespace Headgate.Integration.Tests.Examples;

/// <summary>The programs in examples/, as they stand there, against a whole Headgate.</summary>
public sealed class ExampleTests(ExampleFixture fixture) : IClassFixture<ExampleFixture>
{
    const string Pipeline = "crm/contacts";
    static readonly string Examples = Path.Combine(Repository.Root, "examples");
    static readonly string Here = Path.Combine(Repository.Root, "tests", "Integration", "Examples");

    [Fact]
    public async Task Curl_starts_a_run_and_shows_its_end()
    {
        var run = await RunAsync(Path.Combine(Examples, "curl", "sync-and-watch"), Pipeline);
        Assert.Contains("COMPLETED 100 %", run, StringComparison.Ordinal);
        await StartedByAsync("an example in curl");
    }

    [Fact]
    public async Task Python_starts_a_run_and_watches_it()
    {
        var generated = Directory.CreateTempSubdirectory("headgate-example-").FullName;
        var protos = Path.Combine(Repository.Root, "contracts", "protos");
        await RunAsync("protoc", [$"--proto_path={protos}", $"--python_out={generated}", .. Directory.GetFiles(Path.Combine(protos, "headgate", "v1"), "*.proto")]);
        fixture.Environment["PYTHONPATH"] = generated;
        var run = await RunAsync("/usr/bin/python3", Path.Combine(Examples, "python", "sync_and_watch.py"), Pipeline);
        Assert.Contains("COMPLETED 100 %", run, StringComparison.Ordinal);
        await StartedByAsync("an example in Python");
        Directory.Delete(generated, recursive: true);
    }

    [Fact]
    public async Task Node_starts_a_run_and_watches_it()
    {
        await InstallAsync();
        var run = await RunAsync("node", Path.Combine(Examples, "node", "sync-and-watch.mjs"), Pipeline);
        Assert.Contains("COMPLETED 100 %", run, StringComparison.Ordinal);
        await StartedByAsync("an example in JavaScript");
    }

    [Fact]
    public async Task Dag_starts_a_run_once_and_waits_for_its_end()
    {
        var runId = $"scheduled__{Guid.NewGuid()}";
        var dag = Path.Combine(Examples, "airflow", "headgate_contacts.py");
        Assert.Contains("COMPLETED 100 %", await RunAsync("/usr/bin/python3", Path.Combine(Here, "run_dag.py"), dag, runId), StringComparison.Ordinal);
        // A task that is tried again after its run has ended.
        await RunAsync("/usr/bin/python3", Path.Combine(Here, "run_dag.py"), dag, runId);
        await StartedByAsync(runId);
    }

    [Fact]
    public async Task Run_that_is_refused_is_told_in_a_sentence()
    {
        await InstallAsync();
        foreach (var (program, arguments) in new (string, string[])[]
            {
                (Path.Combine(Examples, "curl", "sync-and-watch"), ["crm/nothing"]),
                ("node", [Path.Combine(Examples, "node", "sync-and-watch.mjs"), "crm/nothing"]),
            })
        {
            var (exitCode, output) = await TryAsync(program, arguments);
            Assert.Equal(1, exitCode);
            Assert.Contains("There is no pipeline crm/nothing.", output, StringComparison.Ordinal);
        }
    }

    Task InstallAsync() => RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", Path.Combine(Examples, "node"));

    async Task StartedByAsync(string detail) => Assert.Equal(
        "Completed",
        await fixture.Installation.State.ScalarAsync<string>($"select string_agg(state, ', ') from coordinator.sync_job where trigger_detail = '{detail}'"));

    async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output) = await TryAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: {exitCode}\n{output}");
        return output;
    }

    async Task<(int ExitCode, string Output)> TryAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in fixture.Environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
