using Headgate.Bench.Stack;
using Headgate.Connectors;

namespace Headgate.Bench.Batches;

/// <summary>The plan that the connector makes for a table whose source has the same columns.</summary>
static class RecordsPlan
{
    public static async Task<ObjectPlan> OfAsync(Database database, string table, CancellationToken cancellationToken)
    {
        var fields = await database.ListAsync(
            $"""
             select attname::text, format_type(atttypid, atttypmod) from pg_attribute
             where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped order by attnum
             """,
            reader => new FieldPlan
            {
                Name = reader.GetString(0),
                Source = reader.GetString(0),
                StagedType = reader.GetString(1),
                DestinationType = reader.GetString(1),
            },
            cancellationToken);
        return new ObjectPlan
        {
            ObjectNo = 0,
            From = table,
            To = table,
            Fields = fields,
            Key = [0],
            Blocks = true,
            KeyGuaranteed = true,
            Level = 0,
            DirectCopy = false,
            SingleTable = true,
            Changes = [],
            EstimatedRows = -1,
        };
    }
}
