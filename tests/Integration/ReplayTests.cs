namespace Headgate.Integration.Tests;

/// <summary>Replays from the command line to the tables.</summary>
public sealed class ReplayTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task What_a_wrong_mapping_wrote_is_put_back_and_moved_again_through_the_right_one()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table mapped (id int primary key, v text, w text, at timestamptz not null);
            insert into mapped select n, 'right' || n, 'wrong' || n, now() - interval '1 hour' from generate_series(1, 40) n
            """);
        await _headgate.ApplyAsync(File("v"));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/mapped"));
        await _headgate.ApplyAsync(File("w"));
        var wrong = await _headgate.RunAsync("test/mapped");
        await _headgate.CompleteAsync(wrong);
        Assert.Equal(40, await _headgate.Destination.ScalarAsync<long>("select count(*) from mapped where v like 'wrong%'"));
        var offset = await OffsetAsync();
        await _headgate.Source.ExecuteAsync("update mapped set v = 'later' || id where id in (1, 20); delete from mapped where id = 2");
        await _headgate.ApplyAsync(File("v"));

        var told = await _headgate.CommandAsync("replay", wrong.ToString(), "--validate-only");
        Assert.True(told.ExitCode == 0, told.Output);
        var replay = await _headgate.CommandAsync("replay", wrong.ToString(), "--yes", "--wait");

        Assert.True(replay.ExitCode == 0, replay.Output);
        Assert.Contains("through version 3", replay.Output, StringComparison.Ordinal);
        Assert.Contains("1 records are not at the source any more, and were left as they are: headgate diff", replay.Output, StringComparison.Ordinal);
        Assert.Equal("later1 wrong2 right3 later20 right40", await _headgate.Destination.ScalarAsync<string>(
            "select string_agg(v, ' ' order by id) from mapped where id in (1, 2, 3, 20, 40)"));
        Assert.Equal("Replay Completed 39", await _headgate.State.ScalarAsync<string>(
            "select concat_ws(' ', j.kind, j.state, j.updated) from coordinator.sync_job j join coordinator.pipeline p on p.current_job_id = j.job_id where p.name = 'mapped'"));
        Assert.Equal(offset, await OffsetAsync());
    }

    static string File(string column) => Pipelines.Of(
        "mapped", $"    - {{ from: public.mapped, to: public.mapped, key: [id], cursor: at, fields: {{ id: id, v: {column}, at: at }} }}", "  extract: { cursorLag: 0s }");

    Task<Guid> OffsetAsync() => _headgate.State.ScalarAsync<Guid>(
        "select o.job_id from coordinator.object_offset o join coordinator.pipeline p using (pipeline_id) where p.name = 'mapped'");
}
