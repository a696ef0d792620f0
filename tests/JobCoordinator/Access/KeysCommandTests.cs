using Grpc.Core;
using Headgate.JobCoordinator.Access.Keys;
using Headgate.JobCoordinator.Commands;
using Headgate.V1;

namespace Headgate.JobCoordinator.Tests.Access;

/// <summary>The first key is made on the coordinator's host.</summary>
public sealed class KeysCommandTests : AccessTest
{
    [Fact]
    public async Task Output_is_the_secret_of_a_key_that_is_accepted_and_nothing_else()
    {
        var (code, output, remarks) = await CreateAsync(Key("first"));

        await PauseAsync(output.TrimEnd('\n'));

        Assert.Equal((0, "first", 1), (code, Jobs.Callers.Single().Name, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.DoesNotContain(output.Trim()[17..], remarks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_in_the_audit_trail()
    {
        await CreateAsync(Key("first"));

        Assert.Equal(
            [["headgate", "keys create", "API key first", "BEGUN"], ["headgate", "keys create", "API key first", "OK"]],
            await Server.RowsAsync("select actor, method, subject, outcome from coordinator.audit order by audit_id"));
    }

    [Fact]
    public async Task Name_that_is_taken_is_refused_with_nothing_on_standard_output()
    {
        var (code, output, remarks) = await CreateAsync(Key("admin"));

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("admin", remarks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_another_pepper_is_not_accepted_and_the_log_says_why_without_it()
    {
        await Server.Database.ExecuteAsync("update coordinator.api_key set pepper_mark = 'other', hash = sha256(hash)");

        Assert.Equal(StatusCode.Unauthenticated, (await RefusedAsync(() => PauseAsync(Admin))).StatusCode);
        Assert.Contains(Server.Log.All, line => line.Contains("another pepper", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_whose_secret_cannot_be_written_is_not_made()
    {
        using var disk = new FullDisk();
        using var remarks = new StringWriter();

        var code = await KeysCommand.CreateAsync(Server.Services, Key("first"), disk, remarks, default);

        Assert.Equal(1, code);
        Assert.Contains("no key was made", remarks.ToString(), StringComparison.Ordinal);
        Assert.Equal([["0"]], await Server.RowsAsync("select count(*)::text from coordinator.api_key where name = 'first'"));
        Assert.Equal([["BEGUN"], ["ABORTED"]], await Server.RowsAsync("select outcome from coordinator.audit order by audit_id"));
    }

    async Task<(int Code, string Output, string Remarks)> CreateAsync(NewKey key)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var remarks = new StringWriter();
        var code = await KeysCommand.CreateAsync(Server.Services, key, output, remarks, default);
        return (code, output.ToString(), remarks.ToString());
    }

    static NewKey Key(string name) => new() { Name = name, Role = Role.Admin, CreatedBy = KeyTable.Host };

    sealed class FullDisk : StringWriter
    {
        public override Task WriteLineAsync(string? value) => throw new IOException("No space left on device.");
    }
}
