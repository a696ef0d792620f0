using System.Globalization;
using Headgate.Connectors.Postgres.Destinations;
using Headgate.Tests.Servers;

namespace Headgate.Connectors.Postgres.Tests.Schema;

/// <summary>Schema headgate as an earlier version of the program left it.</summary>
static class OlderSchema
{
    /// <summary>Puts the schema as it was before a version in place of the latest; the fence stands where it stood.</summary>
    /// <returns>Its version.</returns>
    public static async Task<int> InstallAsync(TestDatabase database, int before)
    {
        await database.ExecuteAsync("""
            CREATE TABLE public.kept AS SELECT * FROM headgate.fence;
            DROP SCHEMA headgate CASCADE; CREATE SCHEMA headgate;
            CREATE TABLE headgate.schema_version (version int PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT clock_timestamp());
            """);
        var scripts = typeof(PostgresDestination).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Schema.", StringComparison.Ordinal))
            .Select(name => (Version: int.Parse(name.AsSpan("Schema.".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture), Name: name))
            .Where(script => script.Version < before).OrderBy(script => script.Version).ToList();
        foreach (var script in scripts)
        {
            using var reader = new StreamReader(typeof(PostgresDestination).Assembly.GetManifestResourceStream(script.Name)!);
            await database.ExecuteAsync(await reader.ReadToEndAsync());
            await database.ExecuteAsync($"INSERT INTO headgate.schema_version (version) VALUES ({script.Version})");
        }

        await database.ExecuteAsync("INSERT INTO headgate.fence SELECT * FROM public.kept; DROP TABLE public.kept");
        return scripts[^1].Version;
    }
}
