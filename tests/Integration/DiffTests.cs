namespace Headgate.Integration.Tests;

/// <summary>Comparisons from the command line with both databases.</summary>
public sealed class DiffTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task What_a_wrong_mapping_wrote_differs_through_the_right_file_and_not_through_its_own()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table compared (id int primary key, v text, w text, at timestamptz not null);
            insert into compared select n, 'right' || n, 'wrong' || n, now() - interval '1 hour' from generate_series(1, 40) n
            """);
        await _headgate.ApplyAsync(File("v"));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/compared"));
        await _headgate.ApplyAsync(File("w"));
        var wrong = await _headgate.RunAsync("test/compared");
        await _headgate.CompleteAsync(wrong);
        await _headgate.Destination.ExecuteAsync("update compared set v = 'by hand' where id = 3; update compared set v = 'right4' where id = 4");
        await _headgate.Source.ExecuteAsync("delete from compared where id = 5");
        var right = Path.Combine(_headgate.Staging, "right.yaml");
        await System.IO.File.WriteAllTextAsync(right, File("v"));
        var other = Path.Combine(_headgate.Staging, "other.yaml");
        await System.IO.File.WriteAllTextAsync(other, File("v").Replace("name: compared", "name: another", StringComparison.Ordinal));

        var same = await RunAsync("diff", $"id:{wrong}");
        var mended = await RunAsync("diff", $"id:{wrong}", "-f", right);
        var one = await RunAsync("diff", $"id:{wrong}", "-f", right, "--object", "public.compared", "--key", "id=3");
        var recovery = await RunAsync("recover", wrong.ToString());
        var refused = await _headgate.CommandAsync("diff", $"id:{wrong}", "-f", other);
        await System.IO.File.WriteAllTextAsync(other, File("v").Replace("env:TEST_SOURCE", "env:TEST_DESTINATION", StringComparison.Ordinal));
        var elsewhere = await _headgate.CommandAsync("diff", $"id:{wrong}", "-f", other);

        Assert.Contains("40 compared: 37 equal, 2 different, 1 missing at the source, 0 missing at the destination", same, StringComparison.Ordinal);
        Assert.Contains("40 compared: 1 equal, 38 different, 1 missing at the source, 0 missing at the destination", mended, StringComparison.Ordinal);
        Assert.Contains("v: source \"right3\", destination \"by hand\", before \"right3\", changed since", one, StringComparison.Ordinal);
        Assert.DoesNotContain("right2", one, StringComparison.Ordinal);
        Assert.Contains("Of 40 rows 38 differ from the source", recovery, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("test/another", refused.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, elsewhere.ExitCode);
        Assert.Contains("another source", elsewhere.Output, StringComparison.Ordinal);
    }

    async Task<string> RunAsync(params string[] command)
    {
        var (exitCode, output) = await _headgate.CommandAsync(command);
        Assert.True(exitCode == 0, output);
        return output;
    }

    static string File(string column) => Pipelines.Of(
        "compared", $"    - {{ from: public.compared, to: public.compared, key: [id], cursor: at, fields: {{ id: id, v: {column}, at: at }} }}", "  extract: { cursorLag: 0s }");
}
