using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class ConfigurationTests : CliTest
{
    const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    [Fact]
    public async Task Options_come_before_the_environment_and_that_before_the_file()
    {
        Answers();
        Write(".config/headgate/config", "server: http://127.0.0.1:1\nproject: of-file\noutput: json\nkeyFile: ../../key\n");
        Write("key", "hgk_of_file\n");
        (string, string?)[] none = [("HEADGATE_PROJECT", null), ("HEADGATE_KEY", null)];

        var json = await RunAsync(none, "jobs");
        await RunAsync([.. none, ("HEADGATE_PROJECT", "of-environment")], "jobs");
        await RunAsync([.. none, ("HEADGATE_PROJECT", "of-environment")], "jobs", "--project", "of-option");

        Assert.Equal(["of-file", "of-environment", "of-option"], Coordinator.All<ListJobsRequest>().Select(each => each.Filter.Project));
        Assert.All(Coordinator.Headers, headers => Assert.Equal("Bearer hgk_of_file", headers.GetValue("authorization")));
        Assert.StartsWith("{", json.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server: http://127.0.0.1:1\nkey: hgk_leaked\n")]
    [InlineData("serverr: x\n")]
    [InlineData("project: a\nproject: b\n")]
    [InlineData("project: [a, b]\n")]
    [InlineData("- hgk_leaked\n")]
    public async Task Configuration_that_is_not_understood_is_refused_and_not_repeated(string text)
    {
        var path = Write("config", text);

        var result = await RunAsync("jobs", "--config", path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{path}:", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hgk_leaked", result.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.Requests);
    }

    [Fact]
    public async Task Configuration_file_that_is_named_must_be_there()
    {
        Assert.Equal(new CliResult(2, "", "headgate: The configuration file nowhere is not there.\n"), await RunAsync("jobs", "--config", "nowhere"));
        Assert.Equal(2, (await RunAsync([("HEADGATE_CONFIG", "nowhere")], "jobs")).ExitCode);
    }

    [Fact]
    public async Task Key_file_that_others_can_read_is_refused()
    {
        Answers();
        var path = Write("key", "hgk_open", ReadableByAll);

        var open = await RunAsync("jobs", "--key-file", path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var closed = await RunAsync("jobs", "--key-file", path);

        Assert.Equal((1, 0), (open.ExitCode, closed.ExitCode));
        Assert.Contains("mode 0644", open.Error, StringComparison.Ordinal);
        Assert.Contains($"Next: chmod 600 {path}\n", open.Error, StringComparison.Ordinal);
        Assert.Equal("Bearer hgk_open", Assert.Single(Coordinator.Headers).GetValue("authorization"));
    }

    [Fact]
    public async Task Key_is_never_shown()
    {
        var failures = await RunAsync([("HEADGATE_KEY", $"{Secret}\ninjected: x")], "jobs");
        Coordinator.On<ListJobsRequest>(_ => throw Refused.Plainly(Grpc.Core.StatusCode.Unauthenticated, "The key is not accepted."));
        var refused = await RunAsync("jobs");
        var nowhere = await RunAsync([("HEADGATE_SERVER", "http://127.0.0.1:1")], "jobs");

        Assert.All([failures, refused, nowhere], result =>
        {
            Assert.Equal(1, result.ExitCode);
            Assert.DoesNotContain(Secret, result.Out + result.Error, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("http://192.0.2.1:80", false)]
    [InlineData("http://headgate.invalid:80", false)]
    [InlineData("http://localhost.invalid:80", false)]
    [InlineData("https://headgate.invalid:80", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://localhost:1", true)]
    public async Task Key_does_not_cross_a_network_unencrypted_unless_that_is_said(string server, bool isTried)
    {
        var result = await RunAsync([("HEADGATE_SERVER", server)], "jobs");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(!isTried, result.Error.Contains("unencrypted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_crosses_a_network_unencrypted_if_that_is_said()
    {
        var result = await RunAsync([("HEADGATE_SERVER", "http://headgate.invalid:80")], "jobs", "--insecure", "--timeout", "2");

        Assert.DoesNotContain("unencrypted", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:5000")]
    [InlineData("ftp://localhost")]
    [InlineData("http://user:password@localhost:1")]
    public async Task Address_that_is_none_is_a_matter_of_usage(string server)
    {
        var result = await RunAsync([("HEADGATE_SERVER", server)], "jobs");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("https://HOST:PORT", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("password", result.Error, StringComparison.Ordinal);
    }

    void Answers() => Coordinator.On<ListJobsRequest>(_ => new ListJobsResponse());
}
