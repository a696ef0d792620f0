namespace Headgate.Integration.Tests;

/// <summary>Runs that must not go on from an offset: what it stands for is not at the destination, or was never read.</summary>
public sealed class OffsetTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task A_table_that_was_dropped_is_filled_with_all_there_is()
    {
        await CreateAsync("dropped");
        await _headgate.ApplyAsync(Pipelines.Of("dropped", Pipelines.Object("dropped", cursor: "at")));
        await RunAsync("dropped");
        await _headgate.Destination.ExecuteAsync("drop table dropped");

        await RunAsync("dropped");

        await _headgate.EqualAsync("dropped");
    }

    [Fact]
    public async Task A_wider_filter_reads_what_the_narrower_one_left_out()
    {
        await CreateAsync("filtered");
        await _headgate.ApplyAsync(Pipelines.Of("filtered", Pipelines.Object("filtered", cursor: "at", filter: "id > 50")));
        await RunAsync("filtered");
        await _headgate.ApplyAsync(Pipelines.Of("filtered", Pipelines.Object("filtered", cursor: "at")));

        await RunAsync("filtered");

        await _headgate.EqualAsync("filtered");
    }

    [Fact]
    public async Task A_mapping_that_comes_back_puts_right_what_another_one_wrote()
    {
        await CreateAsync("mapped");
        var right = Pipelines.Of("mapped", Pipelines.Object("mapped", cursor: "at"));
        await _headgate.ApplyAsync(right);
        await RunAsync("mapped");
        await _headgate.ApplyAsync(right.Replace("cursor: at", "cursor: at, fields: { id: id, v: w, w: w, at: at }", StringComparison.Ordinal));
        await RunAsync("mapped");
        await _headgate.ApplyAsync(right);

        await RunAsync("mapped");

        await _headgate.EqualAsync("mapped");
    }

    [Fact]
    public async Task A_column_that_is_added_is_filled_for_all_there_is()
    {
        await CreateAsync("grown");
        await _headgate.ApplyAsync(Pipelines.Of("grown", Pipelines.Object("grown", cursor: "at")));
        await RunAsync("grown");
        await _headgate.Source.ExecuteAsync("alter table grown add column x int default 7");

        await RunAsync("grown");

        await _headgate.EqualAsync("grown");
    }

    [Fact]
    public async Task A_column_that_somebody_else_added_on_both_sides_is_filled_for_all_there_is()
    {
        await CreateAsync("widened");
        await _headgate.ApplyAsync(Pipelines.Of("widened", Pipelines.Object("widened", cursor: "at")));
        await RunAsync("widened");
        await _headgate.Destination.ExecuteAsync("alter table widened add column x int");
        await _headgate.Source.ExecuteAsync("alter table widened add column x int default 7");

        await RunAsync("widened");

        await _headgate.EqualAsync("widened");
    }

    [Fact]
    public async Task A_mapping_that_was_left_out_for_a_while_puts_right_what_another_one_wrote()
    {
        await CreateAsync("variant");
        var right = Pipelines.Object("variant", cursor: "at");
        var other = right.Replace("cursor: at", "cursor: at, fields: { id: id, v: w, w: w, at: at }", StringComparison.Ordinal);
        await _headgate.ApplyAsync(Pipelines.Of("variant", $"{right}\n{Out(other)}"));
        await RunAsync("variant");
        await _headgate.ApplyAsync(Pipelines.Of("variant", $"{Out(right)}\n{other}"));
        await RunAsync("variant");
        await _headgate.ApplyAsync(Pipelines.Of("variant", $"{right}\n{Out(other)}"));

        await RunAsync("variant");

        await _headgate.EqualAsync("variant");

        static string Out(string definition) => $"{definition[..definition.LastIndexOf('}')]}, include: false }}";
    }

    [Fact]
    public async Task A_table_that_another_pipeline_wrote_meanwhile_is_put_right()
    {
        await CreateAsync("lent");
        await CreateAsync("instead");
        var own = Pipelines.Object("lent", cursor: "at");
        var otherwise = own.Replace("cursor: at", "cursor: at, fields: { id: id, v: w, w: w, at: at }", StringComparison.Ordinal);
        await _headgate.ApplyAsync(Pipelines.Of("lent", own));
        await RunAsync("lent");
        await _headgate.ApplyAsync(Pipelines.Of("lent", Pipelines.Object("instead")));
        await _headgate.ApplyAsync(Pipelines.Of("borrower", otherwise));
        await RunAsync("borrower");
        await _headgate.ApplyAsync(Pipelines.Of("borrower", Pipelines.Object("instead").Replace("to: public.", "to: other.", StringComparison.Ordinal)));
        await _headgate.ApplyAsync(Pipelines.Of("lent", own));

        await RunAsync("lent");

        await _headgate.EqualAsync("lent");
    }

    async Task RunAsync(string table) => await _headgate.CompleteAsync(await _headgate.RunAsync($"test/{table}"));

    Task CreateAsync(string table) => _headgate.Source.ExecuteAsync(
        $"""
         create table {table} (id int primary key, v text, w text, at timestamptz not null);
         insert into {table} select n, 'v' || n, 'w' || n, now() - interval '1 day' from generate_series(1, 100) n
         """);
}
