using Headgate.Contracts.Pipelines;
using Headgate.PipelineFiles.Rules;

namespace Headgate.PipelineFiles.Sections;

static class SystemReader
{
    public const string Expected = "a connector, such as { postgres: { connection: env:NAME } }";

    const string Postgres = "postgres";

    public static SystemReference Read(MappingReader system)
    {
        system.HideUnknownKeys("unknown connector");
        if (!system.Keys.Any())
            system.RefuseMissing(Postgres, Expected);
        return new SystemReference
        {
            Connector = Postgres,
            Connection = system.Section(Postgres, ReadConnection, ""),
        };
    }

    // "{ connection: env:CRM, hunter2 }" has a secret for a key.
    static string ReadConnection(MappingReader postgres)
    {
        postgres.HideUnknownKeys("unknown key; all that a connection consists of goes by reference");
        return postgres.Required("connection", ReferenceRule.Reference);
    }
}
