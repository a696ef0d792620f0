using Xunit;

namespace Headgate.Connectors.Postgres.Tests.Replacing;

/// <summary>What keeps a table from being replaced.</summary>
public sealed class ObstacleTests : SwapTest
{
    const string Bare = "DROP INDEX by_name; ALTER TABLE items DROP CONSTRAINT short";

    static readonly (string Obstacle, string Named, string Undo)[] Obstacles =
    [
        ("CREATE VIEW v AS SELECT id FROM items", "view public.v", "DROP VIEW v"),
        ("CREATE TABLE c (item bigint CONSTRAINT of_item REFERENCES items)", "of_item", "DROP TABLE c"),
        ("ALTER TABLE items ENABLE ROW LEVEL SECURITY", "row security", "ALTER TABLE items DISABLE ROW LEVEL SECURITY"),
        ("CREATE POLICY p ON items", "policy \"p\"", "DROP POLICY p ON items"),
        ("CREATE PUBLICATION p FOR TABLE items", "publication", "DROP PUBLICATION p"),
        ("CREATE PUBLICATION p FOR ALL TABLES", "publication \"p\"", "DROP PUBLICATION p"),
        ("CREATE PUBLICATION p FOR TABLES IN SCHEMA public", "publication \"p\"", "DROP PUBLICATION p"),
        ("ALTER TABLE items ADD no serial", "sequence", "ALTER TABLE items DROP no"),
        ("ALTER TABLE items ADD no int GENERATED ALWAYS AS IDENTITY", "sequence", "ALTER TABLE items DROP no"),
        ("ALTER TABLE items ADD twice bigint GENERATED ALWAYS AS (id * 2) STORED", "generated", "ALTER TABLE items DROP twice"),
        ("CREATE TABLE d (i items)", "row type", "DROP TABLE d"),
        ("CREATE TABLE part () INHERITS (items)", "children", "DROP TABLE part"),
        ("CREATE STATISTICS s ON id, name FROM items", "statistics", "DROP STATISTICS s"),
        ("ALTER TABLE items REPLICA IDENTITY FULL", "replica identity", "ALTER TABLE items REPLICA IDENTITY DEFAULT"),
        ("""
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER g AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION f()
         """, "trigger \"g\"", "DROP TRIGGER g ON items"),
    ];

    [Fact]
    public async Task What_could_not_be_made_anew_is_refused_when_planned()
    {
        foreach (var (obstacle, named, undo) in Obstacles)
        {
            await Bench.Database.ExecuteAsync(obstacle);
            var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync());
            Assert.Equal("cannot-replace", error.Problem.Code);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            await Bench.Database.ExecuteAsync(undo);
        }

        await PlanAsync();
    }

    [Theory]
    [InlineData("SELECT 1", "check \"short\"", "index \"by_name\"")]
    [InlineData($"{Bare}; CREATE INDEX ops ON items (name varchar_pattern_ops)", "index \"ops\"", "")]
    [InlineData($"{Bare}; CREATE INDEX ex ON items (lower(name))", "index \"ex\"", "")]
    [InlineData($"""
        {Bare}; CREATE TABLE n (id varchar PRIMARY KEY);
        ALTER TABLE items ADD CONSTRAINT r FOREIGN KEY (name) REFERENCES n NOT VALID
        """, "foreign key \"r\"", "")]
    public async Task What_may_not_be_possible_with_the_new_type_of_a_column_is_refused_when_planned(string setup, string named, string another)
    {
        await Bench.Database.ExecuteAsync($"{setup}; CREATE INDEX plain ON items (name); ALTER TABLE src.items ALTER name TYPE int USING 1");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => PlanAsync());
        Assert.Equal("cannot-replace", Assert.Single(error.Blocked).Problem.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains(another, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("plain", error.Message, StringComparison.Ordinal);
    }
}
