using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Headgate.Tests.Servers;
using Headgate.V1;

namespace Headgate.Integration.Tests;

/// <summary>A wrong mapping has overwritten emails of thousands of contacts; afterwards it is as if it had not happened.</summary>
public sealed class RecoveryStoryTests(InstallationFixture fixture) : IClassFixture<InstallationFixture>
{
    const int Contacts = 80_000;
    const int Written = 8_400;
    const string Wrong = "{ name: name, email: company_domain, phone: phone }";
    const string Right = "{ name: name, email: email, phone: phone }";

    const string Lenient =
        """
          schedule: { every: 7d }
          guards: { volume: { action: notify }, canary: { action: notify }, fullLoad: { action: notify } }
          load: { maxRowsPerSecond: 4000 }
        """;

    const string Default =
        """
          schedule: { every: 7d }
          guards: {}
        """;

    readonly Installation _headgate = fixture.Installation;

    [Fact]
    public async Task Wrong_mapping_is_canceled_in_mid_flight_and_everything_it_has_done_is_put_right()
    {
        await FillAsync("contacts");
        await _headgate.ApplyAsync(File("contacts", Wrong, Lenient));
        var story = await ConnectAsync();
        var job = (await story.Pipelines.SyncNowAsync(new SyncNowRequest { Pipeline = Reference("contacts") }, story.Key)).Job.Id;
        await Installation.EventuallyAsync(
            async () => (await story.JobAsync(job)).Counts.Written > Written, () => Task.FromResult("the job does not come so far"));
        await story.Jobs.CancelJobAsync(
            new CancelJobRequest { Job = Named(job), PauseFirst = true, PauseSchedule = true, Reason = "wrong mapping" }, story.Key);
        await _headgate.StateAsync(Guid.Parse(job), "Canceled");

        // What it has changed is listed, as the ledger has counted it, and all of it differs from what the mended mapping brings.
        var ledger = await _headgate.Destination.ScalarAsync<long>(
            $"select sum(updated)::bigint from headgate.ledger where job_id = '{job}'");
        Assert.InRange(ledger, Written, Contacts - 1);
        Assert.Equal(ledger, await story.ChangesAsync(job));
        await Expect(story, job, "done next open done open open open open open");
        var compared = await story.DiffAsync(job, File("contacts", Right, Default));
        Assert.Equal((ledger, ledger), (compared.Compared, compared.Different));
        await Expect(story, job, "done done next done next open open open open");

        var touched = await TouchedAsync(job);
        await MeanwhileAsync("contacts", touched);
        var rollback = (await story.Records.RollbackJobAsync(
            new RollbackJobRequest { Job = Named(job), Fields = { "email" }, Reason = "wrong mapping" }, story.Key)).Job.Id;
        await _headgate.CompleteAsync(Guid.Parse(rollback));

        // What people did meanwhile is kept and told, with all three values; a change of another field is in nobody's way.
        var counts = (await story.JobAsync(rollback)).Counts;
        Assert.Equal((ledger - 4, 4), (counts.Updated, counts.Rejected));
        var left = (await story.Records.ListRejectedAsync(new ListRejectedRequest { Job = Named(rollback) }, story.Key)).Records;
        Assert.Equal(
            [
                (touched[0], ConflictKind.Changed), (touched[1], ConflictKind.Changed), (touched[3], ConflictKind.Gone),
                (touched[4], ConflictKind.Changed),
            ],
            left.Select(record => (record.Key.Values["id"], record.Conflict.Kind)).OrderBy(each => int.Parse(each.Item1)));
        var first = Assert.Single(left.Single(record => record.Key.Values["id"] == touched[0]).Conflict.Fields);
        Assert.Equal(
            ("email", Email(touched[0]), Domain(touched[0]), "by-hand-1@example.com"), (first.Field, first.Before, first.Written, first.Now));
        var third = await _headgate.Destination.ScalarAsync<string>($"select email from contacts where id = {touched[2]}");
        Assert.Equal(Email(touched[2]), third);
        await Expect(story, job, "done done done done done next open open open");

        var right = new PipelineFile { Name = "right.yaml", Text = File("contacts", Right, Default) };
        var dry = await story.DryRunAsync(new DryRunRequest { File = right, SampleSize = 1_000 });
        await _headgate.CompleteAsync(Guid.Parse(dry));
        await _headgate.ApplyAsync(File("contacts", Right, Default));
        await Expect(story, job, "done done done done done done done next open");
        var replay = (await story.Records.ReplayJobAsync(new ReplayJobRequest { Job = Named(job) }, story.Key)).Job.Id;
        await _headgate.CompleteAsync(Guid.Parse(replay));
        var all = await story.DryRunAsync(new DryRunRequest { Pipeline = Reference("contacts"), All = true });
        await _headgate.CompleteAsync(Guid.Parse(all));

        var found = Assert.Single((await story.JobAsync(all)).DryRun.Objects);
        Assert.Equal((Contacts, Contacts), (found.Compared, found.Unchanged));
        Assert.Equal(await ImageAsync(_headgate.Source, "contacts"), await ImageAsync(_headgate.Destination, "contacts"));
        var note = await _headgate.Destination.ScalarAsync<string>($"select note from contacts where id = {touched[2]}");
        Assert.Equal("called on Monday", note);
        await story.Pipelines.ResumeScheduleAsync(new ResumeScheduleRequest { Pipeline = Reference("contacts") }, story.Key);
        await Expect(story, job, "done done done done done done done done done");
    }

    [Fact]
    public async Task Guards_as_they_are_by_default_hold_the_wrong_mapping_before_its_first_row()
    {
        await FillAsync("guarded");
        var before = await ImageAsync(_headgate.Destination, "guarded");
        await _headgate.ApplyAsync(File("guarded", Wrong, Default));
        var story = await ConnectAsync();
        var job = (await story.Pipelines.SyncNowAsync(new SyncNowRequest { Pipeline = Reference("guarded") }, story.Key)).Job.Id;
        await _headgate.StateAsync(Guid.Parse(job), "Paused");

        var held = await story.JobAsync(job);
        Assert.Equal((StopCause.Guard, 0), (held.Stop.Cause, held.Counts.Written));
        Assert.Contains(held.Guards, trip => trip is { Guard: Guard.Canary, Field: "email" });
        Assert.Equal(before, await ImageAsync(_headgate.Destination, "guarded"));
    }

    static string File(string table, string fields, string more) => Pipelines.Of(
        table, $"    - {{ from: public.{table}, to: public.{table}, key: [id], fields: {fields} }}", more);

    async Task FillAsync(string table)
    {
        const string Rows = "select n, 'Name ' || n, 'person' || n || '@company' || n % 500 || '.example'";
        await _headgate.Source.ExecuteAsync(
            $"""
             create table {table} (id int primary key, name text, email text, company_domain text, phone text);
             insert into {table} {Rows}, 'company' || n % 500 || '.example', '+49 30 ' || 1000000 + n from generate_series(1, {Contacts}) n
             """);
        await _headgate.Destination.ExecuteAsync(
            $"""
             create table {table} (id int primary key, name text, email text, phone text, note text);
             insert into {table} {Rows}, '+49 30 ' || 1000000 + n from generate_series(1, {Contacts}) n
             """);
        await _headgate.Source.ExecuteAsync($"analyze {table}");
        await _headgate.Destination.ExecuteAsync($"analyze {table}");
    }

    async Task<string[]> TouchedAsync(string job) => (await _headgate.Destination.ScalarAsync<string[]>(
        $"select array(select key[1] from headgate.changes where job_id = '{job}' order by key[1]::int limit 5)"))!;

    // Two emails, a field that no one put back, a row that is gone, and one that was made anew under the same key.
    Task<int> MeanwhileAsync(string table, string[] ids) => _headgate.Destination.ExecuteAsync(
        $"""
         update {table} set email = 'by-hand-1@example.com' where id = {ids[0]};
         update {table} set email = 'by-hand-2@example.com' where id = {ids[1]};
         update {table} set note = 'called on Monday' where id = {ids[2]};
         delete from {table} where id in ({ids[3]}, {ids[4]});
         insert into {table} (id, name, email) values ({ids[4]}, 'Somebody else', 'else@example.com')
         """);

    static async Task Expect(Story story, string job, string states)
    {
        var steps = (await story.Jobs.GetRecoveryAsync(new GetRecoveryRequest { Job = Named(job) }, story.Key)).Steps;
        Assert.Equal(states, string.Join(' ', steps.Select(step => $"{step.State}".ToLowerInvariant())));
    }

    static Task<string?> ImageAsync(TestDatabase database, string table) => database.ScalarAsync<string>(
        $"select md5(string_agg(concat_ws('|', id, name, email, phone), e'\\n' order by id)) from {table}");

    static string Email(string id) => $"person{id}@{Domain(id)}";

    static string Domain(string id) => $"company{int.Parse(id) % 500}.example";

    static JobReference Named(string job) => new() { Id = job };

    static PipelineReference Reference(string name) => new() { Project = "test", Name = name };

    // A job that was accepted may not be there yet: the answer says so, and to ask again.
    static readonly GrpcChannelOptions AskAgain = new()
    {
        ServiceConfig = new ServiceConfig
        {
            MethodConfigs =
            {
                new MethodConfig
                {
                    Names = { MethodName.Default },
                    RetryPolicy = new RetryPolicy
                    {
                        MaxAttempts = 5, InitialBackoff = TimeSpan.FromSeconds(1), MaxBackoff = TimeSpan.FromSeconds(5), BackoffMultiplier = 2,
                        RetryableStatusCodes = { StatusCode.Unavailable },
                    },
                },
            },
        },
    };

    async Task<Story> ConnectAsync() => new(
        GrpcChannel.ForAddress(_headgate.Coordinator.Address, AskAgain), new Metadata { { "authorization", $"Bearer {await _headgate.KeyAsync()}" } });

    sealed record Story(GrpcChannel Channel, Metadata Key)
    {
        public JobService.JobServiceClient Jobs { get; } = new(Channel);

        public PipelineService.PipelineServiceClient Pipelines { get; } = new(Channel);

        public RecordService.RecordServiceClient Records { get; } = new(Channel);

        public async Task<Job> JobAsync(string job) => (await Jobs.GetJobAsync(new GetJobRequest { Job = Named(job) }, Key)).Job;

        public async Task<string> DryRunAsync(DryRunRequest request) => (await Pipelines.DryRunAsync(request, Key)).Job.Id;

        public async Task<long> ChangesAsync(string job)
        {
            long count = 0;
            using var stream = Records.ListChanges(new ListChangesRequest { Job = Named(job) }, Key);
            await foreach (var page in stream.ResponseStream.ReadAllAsync()) count += page.Changes.Count;
            return count;
        }

        public async Task<DiffSummary> DiffAsync(string job, string file)
        {
            DiffSummary? summary = null;
            var request = new DiffJobRequest { Job = Named(job), File = new PipelineFile { Name = "right.yaml", Text = file } };
            using var stream = Records.DiffJob(request, Key);
            await foreach (var page in stream.ResponseStream.ReadAllAsync()) summary = page.Summary ?? summary;
            return summary!;
        }
    }
}
