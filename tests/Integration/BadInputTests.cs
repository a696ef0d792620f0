using Google.Rpc;
using Grpc.Core;
using Headgate.Contracts.Jobs;

namespace Headgate.Integration.Tests;

/// <summary>Whatever is wrong with what a job is given: a Failed job with one clear sentence, and Resume works once it is mended.</summary>
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    readonly Installation _headgate = fixture.Installation;

    public sealed class Fixture : IAsyncLifetime
    {
        public Installation Installation { get; private set; } = null!;

        public async Task InitializeAsync() => Installation = await Installation.StartAsync(environment =>
        {
            var source = new Npgsql.NpgsqlConnectionStringBuilder(environment["TEST_SOURCE"]);
            environment["WRONG_PASSWORD"] = new Npgsql.NpgsqlConnectionStringBuilder(source.ConnectionString) { Password = "not-the-password" }.ConnectionString;
            environment["SAME_DESTINATION"] = new Npgsql.NpgsqlConnectionStringBuilder(environment["TEST_DESTINATION"]) { Host = "localhost" }.ConnectionString;
            environment["UNREACHABLE"] = new Npgsql.NpgsqlConnectionStringBuilder(source.ConnectionString) { Port = 1 }.ConnectionString;
        });

        public async Task DisposeAsync() => await Installation.DisposeAsync();
    }

    [Theory]
    [InlineData("key_null", "create table key_null (id int); insert into key_null values (1), (null)", "", "update key_null set id = 2 where id is null", "public.key_null", "null")]
    [InlineData("key_twice", "create table key_twice (id int); insert into key_twice values (1), (1)", "", "delete from key_twice where ctid = '(0,1)'", "public.key_twice", "id")]
    [InlineData("no_key", "create table no_key (id int primary key)", "create table no_key (id int)", "", "public.no_key", "unique")]
    [InlineData("other_type", "create table other_type (id int primary key, v text)", "create table other_type (id int primary key, v int)", "alter table other_type drop column v", "public.other_type", "\"v\"")]
    public async Task What_does_not_fit_fails_the_job_and_resume_works_once_it_is_mended(
        string table, string source, string destination, string mend, params string[] named)
    {
        await _headgate.Source.ExecuteAsync(source);
        if (destination != "") await _headgate.Destination.ExecuteAsync(destination);
        await _headgate.ApplyAsync(Pipelines.Of(table.Replace('_', '-'), Pipelines.Object(table)));
        var job = await FailsAsync($"test/{table.Replace('_', '-')}", named);

        if (mend == "") await _headgate.Destination.ExecuteAsync($"create unique index on {table} (id)");
        else await _headgate.Source.ExecuteAsync(mend);

        await ResumesAsync(job);
    }

    [Theory]
    [InlineData("gone_table", "drop table gone_table", "create table gone_table (id int primary key, email text)", "public.gone_table")]
    [InlineData("gone_column", "alter table gone_column drop column email", "alter table gone_column add email text", "public.gone_column", "email")]
    public async Task What_vanished_since_the_file_was_applied_fails_the_job_and_resume_works_once_it_is_back(
        string table, string vanish, string mend, params string[] named)
    {
        await _headgate.Source.ExecuteAsync($"create table {table} (id int primary key, email text)");
        await _headgate.ApplyAsync(
            Pipelines.Of(table.Replace('_', '-'), $"    - {{ from: public.{table}, to: public.{table}, key: [id], fields: {{ id: id, mail: email }} }}"));
        await _headgate.Source.ExecuteAsync(vanish);
        var job = await FailsAsync($"test/{table.Replace('_', '-')}", named);

        await _headgate.Source.ExecuteAsync(mend);

        await ResumesAsync(job);
    }

    [Fact]
    public async Task File_that_names_what_the_source_lacks_is_refused_with_its_lines_and_nothing_of_the_set_is_applied()
    {
        await _headgate.Source.ExecuteAsync("create table looked_up (id int primary key, email text)");
        var refused = await RefusedAsync(
            Pipelines.Of("fine", Pipelines.Object("looked_up")).Replace("to: public.looked_up", "to: public.elsewhere", StringComparison.Ordinal) + "\n---\n"
            + Pipelines.Of("wrong", """
                  - { from: public.looked_upp, to: public.t1, key: [id] }
                  - { from: public.looked_up, to: public.t2, key: [nr], cursor: changed, fields: { nr: id, mail: e_mail } }
              """));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        var problems = refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(each => $"{each.Field}: {each.Description}").ToArray();
        Assert.Equal(3, problems.Length);
        Assert.Contains(":19:15 spec.objects[0].from: the source has no public.looked_upp", problems[0], StringComparison.Ordinal);
        Assert.Contains("spec.objects[1].fields.mail: public.looked_up has no column \"e_mail\" at the source; expected one of its 2 columns: id, email", problems[1], StringComparison.Ordinal);
        Assert.Contains(":20:", problems[2], StringComparison.Ordinal);
        Assert.Contains("spec.objects[1].cursor", problems[2], StringComparison.Ordinal);
        Assert.Equal(0, await _headgate.State.ScalarAsync<long>("select count(*) from coordinator.pipeline where name in ('fine', 'wrong')"));
    }

    [Fact]
    public async Task Wrong_filter_and_missing_column_fail_the_job_and_a_new_version_of_the_file_supersedes_it()
    {
        await _headgate.Source.ExecuteAsync("create table filtered (id int primary key, active bool); insert into filtered values (1, true), (2, false)");
        await _headgate.ApplyAsync(Pipelines.Of("filtered", Pipelines.Object("filtered", filter: "activ")));
        var job = await FailsAsync("test/filtered", "public.filtered", "activ");
        await _headgate.ApplyAsync(Pipelines.Of("filtered", Pipelines.Object("filtered", filter: "active")));
        var next = await _headgate.RunAsync("test/filtered");
        Assert.NotEqual(job, next);
        await _headgate.CompleteAsync(next);
        await _headgate.StateAsync(job, "Discarded");
        Assert.Equal(1, await _headgate.Destination.ScalarAsync<long>("select count(*) from filtered"));
    }

    [Theory]
    [InlineData("wrong-password", "env:WRONG_PASSWORD", "password")]
    [InlineData("unreachable", "env:UNREACHABLE", "reached")]
    [InlineData("unset", "env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE")]
    public async Task Source_that_cannot_be_used_fails_the_job_without_its_secret(string name, string reference, string named)
    {
        await _headgate.ApplyAsync(Pipelines.Of(name, Pipelines.Object(name.Replace('-', '_'))).Replace("env:TEST_SOURCE", reference, StringComparison.Ordinal));
        await FailsAsync($"test/{name}", named);
        Assert.DoesNotContain("not-the-password", _headgate.Worker.Output + _headgate.Coordinator.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("thief", "env:TEST_DESTINATION")]
    [InlineData("thief-by-another-name", "env:SAME_DESTINATION")]
    public async Task Two_pipelines_that_write_the_same_table_are_refused(string name, string reference)
    {
        await _headgate.Source.ExecuteAsync("create table if not exists owned (id int primary key)");
        await _headgate.ApplyAsync(Pipelines.Of("owner", Pipelines.Object("owned")));
        var refused = await RefusedAsync(Pipelines.Of(name, Pipelines.Object("owned")).Replace("env:TEST_DESTINATION", reference, StringComparison.Ordinal));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("owned", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("test/owner", refused.Status.Detail, StringComparison.Ordinal);
    }

    async Task<RpcException> RefusedAsync(string yaml) => await Assert.ThrowsAsync<RpcException>(() => _headgate.TryApplyAsync(yaml));

    async Task ResumesAsync(Guid job)
    {
        await _headgate.TellAsync(new ResumeJob { JobId = job, Actor = "test" });
        await _headgate.CompleteAsync(job);
    }

    async Task<Guid> FailsAsync(string pipeline, params string[] named)
    {
        var job = await _headgate.RunAsync(pipeline);
        var error = await _headgate.StateAsync(job, "Failed", "Completed");
        Assert.NotNull(error);
        Assert.All(named, name => Assert.Contains(name, error, StringComparison.OrdinalIgnoreCase));
        return job;
    }
}
