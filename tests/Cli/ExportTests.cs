using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Headgate.Cli.Tests.Running;
using Headgate.V1;

namespace Headgate.Cli.Tests;

public sealed class ExportTests : CliTest
{
    static readonly string[] Values = ["plain", "", "a,b", "\"quoted\"", "two\nlines\r\n", " blanks ", "ü€😀", "NULL"];

    [Fact]
    public async Task Csv_is_what_other_programs_read_it_as_and_tells_null_from_no_text()
    {
        Gives([.. Values.Select((value, at) => Changed(at, null, value)), FirstLoaded(99)]);
        var path = Path.Combine(Home, "changes.csv");

        var result = await RunAsync("changes", $"id:{Examples.JobId}", "--export", path);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("9 changed records", result.Error, StringComparison.Ordinal);
        var rows = await ByPythonAsync(path);
        Assert.Equal(["object", "key", "operation", "field", "before", "after", "attempt", "sequence", "committed", "hash"], rows[0]);
        Assert.Equal(Values, rows.Skip(1).SkipLast(1).Select(row => row[5]));
        Assert.Equal(["public.contacts", "id=0", "update", "email", "", "plain", "1", "0", "", ""], rows[1]);
        Assert.Equal(["public.contacts", "id=99", "insert", "", "", "", "1", "99", "", "0102"], rows[^1]);
        Assert.Contains("public.contacts,id=1,update,email,,\"\",1,1,,\n", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_lines_have_the_same()
    {
        Gives([.. Values.Select((value, at) => Changed(at, value, null)), FirstLoaded(99, "now")]);
        var path = Path.Combine(Home, "changes.jsonl");

        Assert.Equal(0, (await RunAsync("changes", $"id:{Examples.JobId}", "--export", path)).ExitCode);

        var lines = (await File.ReadAllLinesAsync(path)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Values, lines.SkipLast(1).Select(line => line.GetProperty("before").GetString()));
        Assert.All(lines.SkipLast(1), line => Assert.Equal(JsonValueKind.Null, line.GetProperty("after").ValueKind));
        Assert.Equal(("99", "now", "0102"), (lines[^1].GetProperty("key").GetProperty("id").GetString(), lines[^1].GetProperty("after").GetString(), lines[^1].GetProperty("hash").GetString()));
    }

    [Fact]
    public async Task Stream_that_breaks_off_is_gone_on_with()
    {
        Coordinator.OnStream<ListChangesRequest>(async (request, send, _) =>
        {
            await send(new ListChangesResponse { Changes = { Changed(request.ResumeToken.Length == 0 ? 1 : 2, "a", "b") }, ResumeToken = "1" });
            if (request.ResumeToken.Length == 0) throw Refused.Plainly(StatusCode.Unavailable, "The server stops.");
        });
        var path = Path.Combine(Home, "changes.csv");

        Assert.Equal(0, (await RunAsync("changes", $"id:{Examples.JobId}", "--export", path)).ExitCode);

        Assert.Equal(["id=1", "id=2"], (await ByPythonAsync(path)).Skip(1).Select(row => row[1]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task File_is_there_only_when_it_is_whole()
    {
        var path = Write("changes.csv", "of yesterday");
        Coordinator.OnStream<ListChangesRequest>(async (_, send, _) =>
        {
            await send(new ListChangesResponse { Changes = { Changed(1, "a", "b") }, ResumeToken = "1" });
            throw Refused.Plainly(StatusCode.FailedPrecondition, "It is kept no longer.");
        });

        var result = await RunAsync("changes", $"id:{Examples.JobId}", "--export", path, "--overwrite");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("of yesterday", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(Home));
    }

    [Fact]
    public async Task File_that_is_there_is_overwritten_only_where_that_is_said()
    {
        Gives(Changed(1, "a", "b"));
        var path = Write("changes.csv", "of yesterday");

        var refused = await RunAsync("changes", $"id:{Examples.JobId}", "--export", path);
        Assert.Equal((1, "of yesterday"), (refused.ExitCode, await File.ReadAllTextAsync(path)));
        Assert.Contains("--overwrite", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Coordinator.All<ListChangesRequest>());

        Assert.Equal(0, (await RunAsync("changes", $"id:{Examples.JobId}", "--export", path, "--overwrite")).ExitCode);
        Assert.Equal("id=1", (await ByPythonAsync(path))[1][1]);
    }

    [Fact]
    public async Task File_that_somebody_makes_meanwhile_stays()
    {
        var path = Path.Combine(Home, "changes.csv");
        Coordinator.OnStream<ListChangesRequest>(async (_, send, _) =>
        {
            await File.WriteAllTextAsync(path, "of somebody");
            await send(new ListChangesResponse { Changes = { Changed(1, "a", "b") }, ResumeToken = "1" });
        });

        Assert.Equal(1, (await RunAsync("changes", $"id:{Examples.JobId}", "--export", path)).ExitCode);

        Assert.Equal("of somebody", await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(Home));
    }

    [Theory]
    [InlineData("changes.txt", "whose name ends with .csv or .jsonl", 2)]
    [InlineData("nowhere/changes.csv", "cannot be written", 1)]
    public async Task File_that_cannot_be_is_told(string name, string why, int exitCode)
    {
        Gives(Changed(1, "a", "b"));

        var result = await RunAsync("changes", $"id:{Examples.JobId}", "--export", Path.Combine(Home, name));

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Home));
    }

    void Gives(params RecordChange[] changes) => Coordinator.OnStream<ListChangesRequest>(async (_, send, _) =>
        await send(new ListChangesResponse { Changes = { changes }, ResumeToken = "1" }));

    static RecordChange Changed(int id, string? before, string? after)
    {
        var field = new FieldChange { Field = "email" };
        if (before is not null) field.Before = before;
        if (after is not null) field.After = after;
        return new RecordChange
        {
            Sequence = id,
            Operation = ChangeOperation.Update,
            Object = "public.contacts",
            Key = Key(id),
            Attempt = 1,
            Fields = { field },
        };
    }

    static RecordChange FirstLoaded(int id, string? now = null)
    {
        var change = new RecordChange
        {
            Sequence = id,
            Operation = ChangeOperation.Insert,
            Object = "public.contacts",
            Key = Key(id),
            Attempt = 1,
            Hash = ByteString.CopyFrom(1, 2),
        };
        if (now is not null) change.Present.Add(new RecordValue { Field = "email", Value = now });
        return change;
    }

    static RecordKey Key(int id) => new() { Values = { ["id"] = $"{id}" } };

    static async Task<List<string[]>> ByPythonAsync(string path)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/python3", ["-c", "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))", path])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var python = Process.Start(start)!;
        var read = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return JsonSerializer.Deserialize<List<string[]>>(read)!;
    }
}
