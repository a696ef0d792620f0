using Headgate.Connectors;
using Headgate.Connectors.Sources;
using Headgate.Contracts.Pipelines;

namespace Headgate.IngestWorker.Tests.Doubles;

/// <summary>Plans every column as it is.</summary>
static class MemoryPlan
{
    public static ObjectPlan Of(SourceObject source, ObjectDefinition definition) => new()
    {
        ObjectNo = source.ObjectNo,
        From = source.Name,
        To = definition.To,
        Fields = [.. source.Columns.Select(column => new FieldPlan
        {
            Name = column.Name, Source = column.Name, SourceType = column.Type.Sql, StagedType = column.Type.Sql, DestinationType = column.Type.Sql,
        })],
        Key = [.. definition.Key.Select(key => source.Columns.ToList().FindIndex(column => column.Name == key))],
        Cursor = definition.Cursor is { } cursor ? source.Columns.Single(column => column.Name == cursor) : null,
        Filter = definition.Filter,
        Blocks = source.Blocks,
        KeyGuaranteed = true,
        Level = 0,
        DirectCopy = true,
        SingleTable = true,
        Changes = [],
        EstimatedRows = source.EstimatedRows,
    };

    public static ObjectPlan Any() => new()
    {
        ObjectNo = 0,
        From = "public.a",
        To = "public.a",
        Fields = [],
        Key = [],
        Blocks = true,
        KeyGuaranteed = true,
        Level = 0,
        DirectCopy = true,
        SingleTable = true,
        Changes = [],
        EstimatedRows = -1,
    };
}
