using System.Security.Cryptography;
using System.Text.Json;
using Headgate.Contracts.Pipelines;

namespace Headgate.JobCoordinator.Jobs.Work;

/// <summary>
/// What an offset belongs to: from another system, to another one, by another cursor, of other records or fields it is another object,
/// and is read in full.
/// </summary>
static class ObjectKey
{
    public static string Of(PipelineDefinition pipeline, ObjectDefinition definition)
    {
        var all = JsonSerializer.SerializeToUtf8Bytes(new
        {
            pipeline.Source,
            pipeline.Destination,
            definition.Key,
            definition.Filter,
            Fields = definition.Fields?.OrderBy(field => field.Key, StringComparer.Ordinal),
        });
        return $"{definition.From}|{definition.To}|{definition.Cursor}|{Convert.ToHexStringLower(SHA256.HashData(all))}";
    }
}
