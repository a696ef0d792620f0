namespace Headgate.Integration.Tests.BadDays;

/// <summary>A database that answers, and refuses.</summary>
public sealed class RefusingDatabaseTests(LentDatabases lent) : IClassFixture<LentDatabases>
{
    readonly BadDay _day = lent.Day;

    [Fact]
    public async Task Destination_that_became_read_only_stops_the_job_until_it_is_mended_and_the_job_resumed()
    {
        var job = await InMidLoadAsync("read_only", async () =>
        {
            await AdministerAsync($"alter role {lent.Writer} set default_transaction_read_only = on");
            await lent.EndSessionsAsync(lent.Writer);
        });

        // Where the fence cannot be moved either, the job is not shown as failed: nobody knows yet that nothing more is written.
        await _day.WaitsForAsync(job, "fence", "read-only");
        await AdministerAsync($"alter role {lent.Writer} reset default_transaction_read_only");
        await _day.FailsAsync(job, "public.read_only", "read-only");

        await _day.ResumeAsync(job);

        await _day.ExactAsync(job, "read_only");
    }

    [Fact]
    public async Task Destination_without_a_free_connection_is_waited_for()
    {
        var job = await InMidLoadAsync("no_room", async () =>
        {
            await AdministerAsync($"alter role {lent.Writer} connection limit 0");
            await lent.EndSessionsAsync(lent.Writer);
        });
        await _day.WaitsForAsync(job, "public.no_room", "too many connections", lent.Writer);

        await AdministerAsync($"alter role {lent.Writer} connection limit -1");

        await _day.ExactAsync(job, "no_room");
    }

    [Fact]
    public async Task Source_without_a_free_connection_is_waited_for()
    {
        var pipeline = await _day.PipelineAsync("crowd", megabytes: 1);
        await AdministerAsync($"alter role {lent.Reader} connection limit 0");
        await lent.EndSessionsAsync(lent.Reader);
        var job = await _day.RunAsync(pipeline);
        await _day.WaitsForAsync(job, "source", _day.Headgate.Source.Name, "too many connections", lent.Reader);

        await AdministerAsync($"alter role {lent.Reader} connection limit -1");

        await _day.ExactAsync(job, "crowd");
    }

    Task<int> AdministerAsync(string statement) => _day.Headgate.State.ExecuteAsync(statement);

    /// <summary>Runs a job until a batch is held up in the middle of its transaction, then lets the day begin.</summary>
    async Task<Guid> InMidLoadAsync(string table, Func<Task> begin)
    {
        var pipeline = await _day.PipelineAsync(table, megabytes: 4);
        await using var block = await _day.Headgate.BlockAsync(table);
        var job = await _day.RunAsync(pipeline);
        await _day.Headgate.WorkerBlockedAsync();
        await begin();
        return job;
    }
}
