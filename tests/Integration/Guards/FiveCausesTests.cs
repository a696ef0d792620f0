using System.Globalization;
using Xunit.Abstractions;

namespace Headgate.Integration.Tests.Guards;

/// <summary>
/// What most often makes a run do damage, each on the real stack: which guard holds it, after how many seconds, and that nothing was written. Of
/// each the guard that is meant alone stops, so that none hides another.
/// </summary>
public sealed class FiveCausesTests(InstallationFixture fixture, ITestOutputHelper output) : IClassFixture<InstallationFixture>
{
    const string Fields = "id: id, email: email, company: company_domain, name: name, at: at";
    const string Filtered = ", filter: \"id <= 1000\"";
    const string NotHeldAsFull = "fullLoad: { action: notify }";

    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Every_cause_is_held_before_the_first_row_is_written()
    {
        await PrepareAsync();
        var before = await ChecksumAsync();

        await HeldAsync("wrong mapping, nobody has confirmed that all is read", "fullLoad", File(Fields.Replace("email: email", "email: company_domain", StringComparison.Ordinal)));
        await HeldAsync(
            "wrong mapping, confirmed", "canary.sameValueShare", File(Fields.Replace("email: email", "email: company_domain", StringComparison.Ordinal), guards: $"{NotHeldAsFull}, canary: {{ changedShare: 1 }}"));
        await HeldAsync("missing filter", "volume.maxRatio", File(Fields, filter: "", guards: NotHeldAsFull));
        await HeldAsync("stale key", "canary.insertShare", File(Fields.Replace("id: id", "id: legacy_id", StringComparison.Ordinal), guards: NotHeldAsFull));
        await HeldAsync("resync by accident", "fullLoad", File(Fields), "resync", "test/contacts", "--yes");
        await _headgate.Source.ExecuteAsync(
            """
            create or replace view contacts as select id, legacy_id, null::text as email, company_domain, name, at from people;
            update people set at = clock_timestamp() where id <= 200
            """);
        await HeldAsync("nulls where there were values", "canary.nullShare", File(Fields, guards: "canary: { changedShare: 1 }"));

        Assert.Equal(before, await ChecksumAsync());
    }

    // 1,000 records that are meant of 6,000, and three runs in which some of them change.
    async Task PrepareAsync()
    {
        await _headgate.Source.ExecuteAsync(
            """
            create table people (id int primary key, legacy_id int not null unique, email text not null, company_domain text not null, name text, at timestamptz not null);
            insert into people select n, n + 1000000, 'person' || n || '@example.com', 'example.com', 'person ' || n, now() - interval '1 hour' from generate_series(1, 6000) n;
            create view contacts as select id, legacy_id, email, company_domain, name, at from people
            """);
        await _headgate.ApplyAsync(File(Fields));
        await _headgate.CompleteAsync(await _headgate.RunAsync("test/contacts"));
        foreach (var run in Enumerable.Range(1, 3))
        {
            await _headgate.Source.ExecuteAsync($"update people set name = 'renamed {run} ' || id, at = clock_timestamp() where id <= 60");
            await _headgate.CompleteAsync(await _headgate.RunAsync("test/contacts"));
        }
    }

    async Task HeldAsync(string cause, string guard, string file, params string[] command)
    {
        await _headgate.ApplyAsync(file);
        var began = TimeProvider.System.GetTimestamp();
        var asked = await _headgate.CommandAsync(command is [] ? ["sync", "test/contacts", "--yes"] : command);
        Assert.True(asked.ExitCode == 0, asked.Output);
        var job = await _headgate.State.ScalarAsync<Guid>("select current_job_id from coordinator.pipeline where name = 'contacts'");
        await _headgate.StateAsync(job, "Paused", "Completed", "Failed");
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var found = await _headgate.State.ScalarAsync<string>(
            $"select concat_ws(' ', state, coalesce(request_id::text, 'never launched'), written, coalesce(stop_reason, error)) from coordinator.sync_job where job_id = '{job}'");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cause}: {guard}, 0 rows, {seconds:0.0} s"));
        Assert.True(found?.StartsWith($"Paused never launched 0 Guard {guard}: ", StringComparison.Ordinal) == true, $"{cause}, after {seconds:0.0} s: {found}");

        // Held, it is canceled as any job is before launch, and leaves no trace in the offsets: the next run is an ordinary one.
        Assert.Equal(0, (await _headgate.CommandAsync("cancel", job.ToString(), "--yes")).ExitCode);
        await _headgate.StateAsync(job, "Canceled");
    }

    Task<string?> ChecksumAsync() =>
        _headgate.Destination.ScalarAsync<string>("select md5(string_agg(c::text, '|' order by id)) || (select count(*) from headgate.change_group) from contacts c");

    static string File(string fields, string filter = Filtered, string guards = "") => Pipelines.Of(
        "contacts",
        $"    - {{ from: public.contacts, to: public.contacts, key: [id], cursor: at{filter}, fields: {{ {fields} }} }}",
        $"  extract: {{ cursorLag: 0s, cursorOverlap: 0s, nulls: full }}\n  guards: {{ {guards} }}");
}
