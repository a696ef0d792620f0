using Headgate.Connectors.Destinations;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Connectors.Postgres.Tests.Sources;
using Headgate.Contracts.Pipelines;
using Npgsql;
using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Planning;

/// <summary>Additions to tables and types of another role than the one that writes: they keep out the objects that need them.</summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    static readonly ObjectDefinition T = SourceBench.Object("t");
    static readonly ObjectDefinition U = SourceBench.Object("u");

    readonly string _suffix = Guid.NewGuid().ToString("N")[..8];
    SourceBench _bench = null!;

    string Owner => $"Owner {_suffix}";

    string Writer => $"writer_{_suffix}";

    public async Task InitializeAsync()
    {
        _bench = await SourceBench.StartAsync("""
            CREATE TYPE mood AS ENUM ('a', 'b', 'c');
            CREATE TABLE t (id int PRIMARY KEY, n int, s text, m mood); CREATE TABLE u (id int PRIMARY KEY);
            """);
        await _bench.To.ExecuteAsync($"""
            CREATE ROLE "{Owner}"; CREATE ROLE {Writer} LOGIN PASSWORD 'p'; GRANT CREATE, USAGE ON SCHEMA public TO {Writer}, "{Owner}";
            CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, m mood);
            ALTER TABLE t OWNER TO "{Owner}"; ALTER TYPE mood OWNER TO "{Owner}"; GRANT SELECT, INSERT, UPDATE ON t TO {Writer};
            """);
    }

    public async Task DisposeAsync()
    {
        await _bench.To.ExecuteAsync($"""DROP OWNED BY {Writer}; DROP OWNED BY "{Owner}"; DROP ROLE {Writer}; DROP ROLE "{Owner}" """);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Columns_and_labels_that_the_role_may_not_add_block_their_object_alone_until_the_owner_has_added_them()
    {
        foreach (var (named, run) in new[]
        {
            ("enum public.mood", """
                ALTER TYPE "public"."mood" ADD VALUE IF NOT EXISTS 'b' AFTER 'a'; ALTER TYPE "public"."mood" ADD VALUE IF NOT EXISTS 'c' AFTER 'b'
                """),
            ("columns \"n\", \"s\"", """ALTER TABLE public.t ADD COLUMN "n" integer, ADD COLUMN "s" text"""),
            ("column \"headgate_vanished_at\"", "ALTER TABLE public.t ADD COLUMN headgate_vanished_at timestamp with time zone"),
        })
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(PlanAsync);
            var blocked = Assert.Single(error.Blocked);
            Assert.Equal((0, "column-held"), (blocked.ObjectNo, blocked.Problem.Code));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            Assert.EndsWith(
                $"belongs to role \"{Owner}\", of which \"{Writer}\", as which the pipeline writes, is no member: "
                + $"\"{Owner}\" has to run {run}, or GRANT \"{Owner}\" TO \"{Writer}\" lets the pipeline do it.", error.Message, StringComparison.Ordinal);
            foreach (var statement in run.Split("; ")) await _bench.To.ExecuteAsync(statement);
        }

        Assert.Empty((await PlanAsync())[0].Changes);
    }

    [Fact]
    public async Task A_member_of_the_owner_adds_them_itself()
    {
        await _bench.To.ExecuteAsync($"""GRANT "{Owner}" TO {Writer}""");
        Assert.Equal(5, (await PlanAsync())[0].Changes.Count);
    }

    [Fact]
    public async Task Nobody_is_told_to_make_the_role_a_superuser()
    {
        await _bench.To.ExecuteAsync("ALTER TABLE t OWNER TO current_user; ALTER TYPE mood OWNER TO current_user");
        Assert.DoesNotContain("GRANT", (await Assert.ThrowsAsync<ConnectorException>(PlanAsync)).Message, StringComparison.Ordinal);
    }

    async Task<IReadOnlyList<ObjectPlan>> PlanAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(_bench.To.ConnectionString) { Username = Writer, Password = "p" };
        await using var destination = new PostgresDestination(connection.ConnectionString);
        var sources = await _bench.Source.DescribeAsync([(0, T), (1, U)], default);
        return await destination.PlanAsync(
            [(sources[0], T), (sources[1], U)], new WriteOptions { Load = new LoadDefinition(), OnVanished = OnVanished.Mark }, default);
    }
}
