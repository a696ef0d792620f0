using Google.Protobuf;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class OutputTests : CliTest
{
    const string Evil = "a[red]b\u001b[2J\u0007\u009b1m\r\u202e\nc";
    const string Harmless = @"a[red]b\x1b[2J\x07\x9b1m\r\u202e\nc";

    [Fact]
    public async Task Programs_get_the_answer_as_it_is_on_one_line()
    {
        var answer = new ListJobsResponse { Jobs = { Examples.Job(JobState.Processing), Examples.Job(JobState.Failed) }, NextPageToken = "t" };
        Coordinator.On<ListJobsRequest>(_ => answer);

        var result = await RunAsync("jobs", "--output", "json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(answer, JsonParser.Default.Parse<ListJobsResponse>(Assert.Single(result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains("\"requestId\": ", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_get_a_table_without_escapes_or_broken_lines_where_it_is_piped()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed, job => job.Pipeline = new string('p', 300)) } });

        var result = await RunAsync("jobs");

        var lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.DoesNotContain('\u001b', result.Out);
        Assert.Contains("Failed", lines[1], StringComparison.Ordinal);
        Assert.Contains("8,400 of 80,000", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(Examples.JobId, lines[1].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_is_a_column_where_jobs_can_be_of_several()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } });

        Assert.DoesNotContain("Project", (await RunAsync("jobs")).Out, StringComparison.Ordinal);
        Assert.StartsWith("Project", (await RunAsync("jobs", "--all-projects")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NO_COLOR", "1", false)]
    [InlineData("TERM", "dumb", false)]
    [InlineData("NO_COLOR", "", true)]
    public async Task Terminal_gets_colors_unless_told_otherwise(string name, string value, bool hasEscapes)
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } });
        await using var terminal = OnTerminal([(name, value)], "jobs");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.Equal(hasEscapes, terminal.Screen.Contains('\u001b', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Table_fits_the_width_of_the_terminal()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Paused, job => job.Pipeline = new string('p', 300)) } });
        await using var terminal = OnTerminal([("NO_COLOR", "1")], "jobs");

        Assert.Equal(0, await terminal.EndsAsync());
        Assert.All(terminal.Screen.Split("\r\n"), line => Assert.InRange(line.Length, 0, TerminalSession.Columns));
    }

    [Fact]
    public async Task Text_of_others_cannot_command_the_terminal()
    {
        Coordinator
            .On<PauseJobRequest>(_ => new PauseJobResponse { Job = Examples.Job(JobState.Pausing, job => job.Pipeline = Evil), Sentence = "x\u001b]0;title\u0007" })
            .On<ResumeJobRequest>(_ => throw Refused.Plainly(Grpc.Core.StatusCode.NotFound, "y\u001b[31m"))
            .On<GetPipelineRequest>(_ => new GetPipelineResponse { Pipeline = Examples.Pipeline(), File = new PipelineFile { Text = "a: 1\n# \u001b[2J\n" } });
        await using var pausing = OnTerminal([("NO_COLOR", "1")], "pause", "contacts");
        await using var resuming = OnTerminal([("NO_COLOR", "1")], "resume", "contacts");
        await using var showing = OnTerminal([("NO_COLOR", "1")], "pipelines", "show", "contacts", "--file");

        await pausing.SeesAsync(@"x\x1b]0;title\x07");
        await pausing.SeesAsync(Harmless);
        await resuming.SeesAsync(@"y\x1b[31m");
        await showing.SeesAsync("a: 1\r\n# \\x1b[2J\r\n");
        foreach (var terminal in new[] { pausing, resuming, showing })
        {
            await terminal.EndsAsync();
            Assert.DoesNotContain('\u001b', terminal.Screen);
        }
    }

    [Fact]
    public async Task Token_of_the_next_page_cannot_command_the_terminal_either()
    {
        Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) }, NextPageToken = "t\u001b]0;title\u0007" });

        Assert.Equal("More: headgate jobs --page-token 't\\x1b]0;title\\x07', or --all\n", (await RunAsync("jobs")).Error);
    }

    [Fact]
    public async Task File_of_a_pipeline_is_piped_as_it_was_applied()
    {
        const string text = "a: \"\u001b\"\n# ü\n";
        Coordinator.On<GetPipelineRequest>(_ => new GetPipelineResponse { Pipeline = Examples.Pipeline(), File = new PipelineFile { Text = text } });

        Assert.Equal(text, (await RunAsync("pipelines", "show", "contacts", "--file")).Out);
    }

    [Fact]
    public async Task All_pages_are_one_answer()
    {
        Coordinator.On<ListJobsRequest>(request => request.PageToken switch
        {
            "" => new ListJobsResponse { Jobs = { Examples.Job(JobState.Processing) }, NextPageToken = "2" },
            _ => new ListJobsResponse { Jobs = { Examples.Job(JobState.Failed) } },
        });

        var one = await RunAsync("jobs", "--page-token", "");
        var all = await RunAsync("jobs", "--all", "-o", "json");

        Assert.Contains("More: headgate jobs --page-token 2, or --all", one.Error, StringComparison.Ordinal);
        var answer = JsonParser.Default.Parse<ListJobsResponse>(all.Out);
        Assert.Equal([JobState.Processing, JobState.Failed], answer.Jobs.Select(job => job.State));
        Assert.Equal("", answer.NextPageToken);
    }

    [Fact]
    public async Task Secret_of_a_new_key_is_alone_on_stdout_or_in_a_file_that_nobody_else_reads()
    {
        var path = Path.Combine(Home, "new-key");
        Coordinator.On<CreateApiKeyRequest>(_ => new CreateApiKeyResponse { Sentence = "Keep it.", Secret = "hgk_new" });

        var shown = await RunAsync("keys", "create", "airflow");
        var kept = await RunAsync("keys", "create", "airflow", "--secret-file", path);
        var again = await RunAsync("keys", "create", "airflow", "--secret-file", path);

        Assert.Equal((0, "hgk_new\n", "Keep it.\n"), (shown.ExitCode, shown.Out, shown.Error));
        Assert.Equal((0, ""), (kept.ExitCode, kept.Out));
        Assert.Equal("hgk_new\n", await File.ReadAllTextAsync(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(1, again.ExitCode);
        Assert.Equal(2, Coordinator.Requests.Count);
    }

    [Fact]
    public async Task Key_whose_secret_was_lost_with_an_answer_is_told_of_and_no_file_is_left()
    {
        var path = Path.Combine(Home, "new-key");
        Coordinator.On<CreateApiKeyRequest>(_ => new CreateApiKeyResponse { ApiKey = new ApiKey { Id = Examples.JobId } });

        var result = await RunAsync("keys", "create", "airflow", "--secret-file", path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Next: headgate keys revoke {Examples.JobId}\n", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }
}
